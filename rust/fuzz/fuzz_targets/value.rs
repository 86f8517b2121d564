//! Whatever text a column holds, of whatever type and modifier, it is rendered as one JSON value.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tallystick_capture::debezium::field::{FieldType, built_in};

fuzz_target!(|column: (u16, i32, &str)| {
    let (type_id, modifier, text) = column;
    let Some(field) =
        built_in(u32::from(type_id)).and_then(|name| FieldType::of(name, modifier, &[]))
    else {
        return;
    };
    let mut rendered = Vec::new();
    field.push_value(&mut rendered, text);
    serde_json::from_slice::<serde_json::Value>(&rendered).expect("a value is JSON");
});
