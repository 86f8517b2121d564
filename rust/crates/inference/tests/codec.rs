//! Round trips, refusals with their places, and any bytes at all.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use proptest::prelude::*;
use tallystick_inference::{Datatype, join_elements, render, scan, split_elements};

fn refusal(text: &str, datatype: Datatype) -> String {
    scan(text.as_bytes(), datatype).unwrap_err().to_string()
}

#[test]
fn shapes_are_inferred() {
    for (text, shape) in [
        ("[]", vec![0]),
        ("[[],[]]", vec![2, 0]),
        ("[ 1 , 2 ]", vec![2]),
        ("[[[1],[2]]]", vec![1, 2, 1]),
    ] {
        assert_eq!(
            scan(text.as_bytes(), Datatype::Fp32).unwrap().shape,
            shape,
            "{text}"
        );
    }
}

#[test]
fn a_refusal_names_its_place() {
    assert_eq!(
        refusal("[[1,2],[3]]", Datatype::Fp32),
        "[1]: the array is ragged: length 1 where length 2 came before"
    );
    assert_eq!(
        refusal("[[1,2],[3,\"x\"]]", Datatype::Fp32),
        "[1][1]: expected a number, found a string"
    );
    assert_eq!(
        refusal("[1,[2]]", Datatype::Fp32),
        "[1]: the array is ragged: an array at depth 1 where depth 1 came before"
    );
    assert_eq!(
        refusal("[1,300]", Datatype::Int8),
        "[1]: 300 is outside the range of INT8"
    );
    assert_eq!(
        refusal("[1,-1]", Datatype::Uint8),
        "[1]: -1 is outside the range of UINT8"
    );
    assert_eq!(
        refusal("[1.5]", Datatype::Int32),
        "[0]: expected a whole number, found a fraction"
    );
    assert_eq!(
        refusal("[null]", Datatype::Int32),
        "[0]: expected a number, found null"
    );
    assert_eq!(
        refusal("[1e39]", Datatype::Fp32),
        "[0]: 1e39 is outside the range of FP32"
    );
    assert_eq!(
        refusal("3", Datatype::Fp32),
        ": expected an array, found a number"
    );
}

#[test]
fn what_is_no_json_is_refused() {
    for text in [
        "", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[01]", "[1.]", "[.5]", "[+1]", "[1]x",
        "[nan]", "[--1]", "[1e]",
    ] {
        assert!(scan(text.as_bytes(), Datatype::Fp64).is_err(), "{text}");
    }
    assert!(scan("[".repeat(100_000).as_bytes(), Datatype::Fp64).is_err());
}

#[test]
fn whole_numbers_may_be_written_as_fractions() {
    assert_eq!(
        scan(b"[3.0,1e2,-0,true]", Datatype::Int8).unwrap().data,
        [3, 100, 0, 1]
    );
}

#[test]
fn a_whole_number_that_a_float_cannot_hold_is_refused() {
    for text in [
        "9007199254740993.0",
        "-9007199254740993.0",
        "1e400",
        "-1e400",
    ] {
        assert_eq!(
            refusal(&format!("[{text}]"), Datatype::Int64),
            format!("[0]: {text} is outside the range of INT64")
        );
    }
    let largest = scan(b"[9007199254740991.0,9007199254740993]", Datatype::Int64).unwrap();
    let written = render(&largest.data, Datatype::Int64, &largest.shape).unwrap();
    assert_eq!(written, b"[9007199254740991,9007199254740993]");
}

#[test]
fn nan_is_null_both_ways() {
    let tensor = scan(b"[null]", Datatype::Fp32).unwrap();
    assert_eq!(
        render(&tensor.data, Datatype::Fp32, &tensor.shape).unwrap(),
        b"[null]"
    );
}

fn any_tensor() -> impl Strategy<Value = (Datatype, Vec<usize>, Vec<u8>)> {
    let shapes = prop::collection::vec(1_usize..4, 1..4);
    (prop::sample::select(Datatype::ALL.to_vec()), shapes).prop_flat_map(|(datatype, shape)| {
        let size = shape.iter().product::<usize>() * datatype.size();
        (
            Just(datatype),
            Just(shape),
            prop::collection::vec(any::<u8>(), size),
        )
    })
}

/// The buffer as `render` can tell it: booleans are 0 or 1, and what is not finite is the one NaN.
fn canonical(datatype: Datatype, data: &[u8]) -> Vec<u8> {
    match datatype {
        Datatype::Bool => data.iter().map(|byte| u8::from(*byte != 0)).collect(),
        Datatype::Fp32 => data
            .chunks_exact(4)
            .flat_map(|bytes| {
                let value = f32::from_le_bytes(bytes.try_into().unwrap());
                if value.is_finite() { value } else { f32::NAN }.to_le_bytes()
            })
            .collect(),
        Datatype::Fp64 => data
            .chunks_exact(8)
            .flat_map(|bytes| {
                let value = f64::from_le_bytes(bytes.try_into().unwrap());
                if value.is_finite() { value } else { f64::NAN }.to_le_bytes()
            })
            .collect(),
        _ => data.to_vec(),
    }
}

proptest! {
    #[test]
    fn what_is_rendered_reads_back((datatype, shape, data) in any_tensor()) {
        let text = render(&data, datatype, &shape).unwrap();
        let tensor = scan(&text, datatype).unwrap();
        prop_assert_eq!(tensor.shape, shape);
        prop_assert_eq!(tensor.data, canonical(datatype, &data));
    }

    #[test]
    fn any_text_is_answered(text in "[\\[\\]0-9,eE.+\\-\" a-z]{0,60}", datatype in prop::sample::select(Datatype::ALL.to_vec())) {
        if let Ok(tensor) = scan(text.as_bytes(), datatype) {
            prop_assert_eq!(tensor.shape.iter().product::<usize>() * datatype.size(), tensor.data.len());
        }
    }

    #[test]
    fn elements_read_back(elements in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9), 0..9)) {
        let joined = join_elements(elements.iter().map(Vec::as_slice)).unwrap();
        prop_assert_eq!(split_elements(&joined).unwrap(), elements);
    }

    #[test]
    fn any_elements_are_answered(data in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(elements) = split_elements(&data) {
            prop_assert_eq!(join_elements(elements).unwrap(), data);
        }
    }
}
