//! The messages a client sends.

/// The first message of a connection: protocol 3.0 and its parameters.
pub fn startup(parameters: &[(&str, &str)]) -> Vec<u8> {
    let mut body = 196_608_u32.to_be_bytes().to_vec();
    for (name, value) in parameters {
        push_text(&mut body, name);
        push_text(&mut body, value);
    }
    body.push(0);
    untagged(&body)
}

/// Ask whether the server speaks TLS; it answers with one byte.
pub fn tls_request() -> Vec<u8> {
    untagged(&80_877_103_u32.to_be_bytes())
}

/// A password, in clear or hashed.
pub fn password(text: &str) -> Vec<u8> {
    let mut body = Vec::new();
    push_text(&mut body, text);
    tagged(b'p', &body)
}

/// Choose a SASL mechanism and send its first message.
pub fn sasl_initial(mechanism: &str, first: &str) -> Vec<u8> {
    let mut body = Vec::new();
    push_text(&mut body, mechanism);
    body.extend_from_slice(&(first.len() as u32).to_be_bytes());
    body.extend_from_slice(first.as_bytes());
    tagged(b'p', &body)
}

/// Continue a SASL exchange.
pub fn sasl_response(message: &str) -> Vec<u8> {
    tagged(b'p', message.as_bytes())
}

/// A simple query.
pub fn query(sql: &str) -> Vec<u8> {
    let mut body = Vec::new();
    push_text(&mut body, sql);
    tagged(b'Q', &body)
}

/// Copy data, the envelope of everything sent while streaming.
pub fn copy_data(body: &[u8]) -> Vec<u8> {
    tagged(b'd', body)
}

/// Say goodbye.
pub fn terminate() -> Vec<u8> {
    tagged(b'X', &[])
}

fn push_text(body: &mut Vec<u8>, text: &str) {
    body.extend(text.bytes().filter(|byte| *byte != 0));
    body.push(0);
}

fn tagged(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut message = vec![kind];
    message.extend(untagged(body));
    message
}

fn untagged(body: &[u8]) -> Vec<u8> {
    let mut message = (body.len() as u32 + 4).to_be_bytes().to_vec();
    message.extend_from_slice(body);
    message
}
