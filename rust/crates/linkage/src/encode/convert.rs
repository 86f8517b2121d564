//! Older linkage schemas, rewritten as version 3.

use serde_json::{Map, Value, json};

use crate::error::Error;

/// Bring a document up to version 3.
pub(super) fn to_latest(mut document: Value) -> Result<Value, Error> {
    let version = document.get("version").and_then(Value::as_f64);
    match version {
        Some(1.0) => {
            from_first(&mut document)?;
            from_second(&mut document)?;
        }
        Some(2.0) => from_second(&mut document)?,
        Some(3.0) => {}
        _ => {
            return Err(Error::schema(
                "version".to_owned(),
                "is not 1, 2 or 3".to_owned(),
            ));
        }
    }
    Ok(document)
}

/// Weights become numbers of bits a token; the one hash becomes each feature's.
fn from_first(document: &mut Value) -> Result<(), Error> {
    let config = document.get("clkConfig").cloned().unwrap_or_default();
    let bits = config
        .get("k")
        .and_then(Value::as_f64)
        .ok_or_else(|| missing("clkConfig.k"))?;
    let hash = config
        .get("hash")
        .cloned()
        .ok_or_else(|| missing("clkConfig.hash"))?;
    for_each_feature(document, |feature| {
        let hashing = feature
            .get_mut("hashing")
            .and_then(Value::as_object_mut)
            .ok_or_else(|| missing("hashing"))?;
        let weight = hashing
            .remove("weight")
            .map_or(Some(1.0), |weight| weight.as_f64());
        let weight = weight.ok_or_else(|| missing("hashing.weight"))?;
        if weight == 0.0 {
            let identifier = feature.get("identifier").cloned().unwrap_or_default();
            *feature = Map::from_iter([
                ("identifier".to_owned(), identifier),
                ("ignored".to_owned(), json!(true)),
            ]);
            return Ok(());
        }
        hashing.insert(
            "strategy".to_owned(),
            json!({"k": (weight * bits).round_ties_even() as i64}),
        );
        hashing.insert("hash".to_owned(), hash.clone());
        Ok(())
    })
}

/// Strategies and comparisons get their later names.
fn from_second(document: &mut Value) -> Result<(), Error> {
    for_each_feature(document, |feature| {
        let hashing = feature
            .get_mut("hashing")
            .and_then(Value::as_object_mut)
            .ok_or_else(|| missing("hashing"))?;
        let strategy = hashing
            .get_mut("strategy")
            .and_then(Value::as_object_mut)
            .ok_or_else(|| missing("hashing.strategy"))?;
        for (old, new) in [("k", "bitsPerToken"), ("numBits", "bitsPerFeature")] {
            if let Some(number) = strategy.remove(old) {
                strategy.insert(new.to_owned(), number);
            }
        }
        let size = hashing
            .remove("ngram")
            .ok_or_else(|| missing("hashing.ngram"))?;
        let positional = hashing.remove("positional").unwrap_or(json!(false));
        hashing.insert(
            "comparison".to_owned(),
            json!({"type": "ngram", "n": size, "positional": positional}),
        );
        Ok(())
    })
}

fn for_each_feature(
    document: &mut Value,
    mut change: impl FnMut(&mut Map<String, Value>) -> Result<(), Error>,
) -> Result<(), Error> {
    let features = document
        .get_mut("features")
        .and_then(Value::as_array_mut)
        .ok_or_else(|| missing("features"))?;
    for feature in features.iter_mut().filter_map(Value::as_object_mut) {
        if feature.get("ignored") != Some(&json!(true)) {
            change(feature)?;
        }
    }
    Ok(())
}

fn missing(place: &str) -> Error {
    Error::schema(
        place.to_owned(),
        "is missing or of the wrong type".to_owned(),
    )
}
