//! What is read as a tensor has the size that its shape says, and reads back from what it is written as.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tallystick_inference::{Datatype, join_elements, render, scan, split_elements};

fuzz_target!(|input: &[u8]| {
    let Some((kind, text)) = input.split_first() else {
        return;
    };
    let datatype = Datatype::ALL[*kind as usize % Datatype::ALL.len()];
    if let Ok(tensor) = scan(text, datatype) {
        assert_eq!(
            tensor.shape.iter().product::<usize>() * datatype.size(),
            tensor.data.len()
        );
        let written = render(&tensor.data, datatype, &tensor.shape).expect("the sizes fit");
        let again = scan(&written, datatype).expect("what is written can be read");
        assert_eq!((again.shape, again.data), (tensor.shape, tensor.data));
    }
    if let Ok(elements) = split_elements(text) {
        assert_eq!(
            join_elements(elements).expect("they came from prefixes"),
            text
        );
    }
});
