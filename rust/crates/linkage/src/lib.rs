//! Encoding of records into cryptographic linkage keys, and their exact comparison.
