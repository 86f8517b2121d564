//! Tensor codecs of the inference protocols.
