//! Bodies, paths and tokens that are nearly right: each is refused or done, and none is the server's fault. The decoders that
//! can be reached without the program have fuzz targets of their own (`fuzz/`).

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hullo_protocol::{Command, ErrorKind, Success};
use serde_json::{Value, json};

use crate::program::Server;

/// SplitMix64: the same numbers in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    /// The text with some of it gone, doubled or replaced.
    fn bend(&mut self, text: &str) -> String {
        const INSTEAD: [&str; 12] = [
            "null",
            "{}",
            "[]",
            "-1",
            "1e999",
            "18446744073709551616",
            "\"\"",
            "\\u0000",
            "{",
            "\"",
            "é\u{202e}",
            ",",
        ];
        let mut chars: Vec<char> = text.chars().collect();
        for _ in 0..=self.below(3) {
            let at = self.below(chars.len().max(1)).min(chars.len());
            let until = (at + self.below(8)).min(chars.len());
            match self.below(4) {
                0 => drop(chars.drain(at..until)),
                1 => {
                    let piece: Vec<char> = chars[at..until].to_vec();
                    chars.splice(at..at, piece);
                }
                2 => drop(chars.splice(at..until, self.one_of(&INSTEAD).chars())),
                _ => chars.truncate(at),
            }
        }
        chars.into_iter().collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn request_that_is_nearly_right_is_never_the_servers_fault() {
    let server = Server::start().await;
    let credentials = format!("{}:{}", server.app_key, server.app_secret);
    let cases: [(&str, &str, Value); 6] = [
        (
            "POST",
            "/v1/accounts",
            json!({ "accid": "dora", "name": "Dora", "avatar": "https://a/b.png" }),
        ),
        (
            "PATCH",
            "/v1/accounts/bob",
            json!({ "name": "Bob", "avatar": null, "disabled": false }),
        ),
        ("POST", "/v1/accounts/alice/tokens", json!({ "ttl_s": 60 })),
        (
            "POST",
            "/v1/room-tokens",
            json!({ "call_id": "01890000-0000-7000-8000-000000000001", "uid": 1 }),
        ),
        (
            "GET",
            "/v1/records?accid=alice&before=7&limit=10",
            Value::Null,
        ),
        (
            "GET",
            "/v1/calls/01890000-0000-7000-8000-000000000001",
            Value::Null,
        ),
    ];
    let mut dice = Dice(1);
    let (mut refused, mut done) = (0, 0);
    for _ in 0..60 {
        for (method, path, body) in &cases {
            let bent = match body {
                Value::Null => None,
                body => Some(dice.bend(&body.to_string())),
            };
            let path = match bent {
                Some(_) => (*path).to_owned(),
                // A request line has no spaces, and no characters beyond ASCII.
                None => dice
                    .bend(path)
                    .replace(|c: char| !c.is_ascii_graphic(), "%00"),
            };
            let path = format!("/{}", path.trim_start_matches('/'));
            let (status, answer) = server
                .request_text(
                    server.address,
                    method,
                    &path,
                    Some(&credentials),
                    &bent.clone().unwrap_or_default(),
                )
                .await;
            assert!(status < 500, "{method} {path} {bent:?}: {status} {answer}");
            match status {
                400.. => refused += 1,
                _ => done += 1,
            }
        }
    }
    println!("{refused} refused, {done} done");
    assert!(refused > 100, "they were bent");
    let (status, _) = server.http("GET", "/v1/accounts/alice", None).await;
    assert_eq!(status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn token_that_is_nearly_right_is_refused_and_the_right_one_is_good() {
    let server = Server::start().await;
    let token = server.token("alice").await;
    let parts: Vec<String> = token
        .split('.')
        .take(2)
        .map(|part| String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap())
        .collect();
    let signature = token.rsplit('.').next().unwrap();
    let mut dice = Dice(2);
    let mut client = server.connect().await;
    // As many as an address may get wrong.
    for _ in 0..8 {
        let bent: Vec<String> = parts
            .iter()
            .map(|part| BASE64_URL_SAFE_NO_PAD.encode(dice.bend(part)))
            .collect();
        let bent = format!("{}.{signature}", bent.join("."));
        if bent == token {
            continue;
        }
        let answer = client.login(&server.app_key, "alice", &bent).await;
        let kind = answer.unwrap_err().kind;
        let expected = [
            ErrorKind::WrongToken,
            ErrorKind::RateLimited,
            ErrorKind::BadRequest,
        ];
        assert!(expected.contains(&kind), "{bent}: {kind:?}");
    }
    let mut other = server.login("bob").await;
    assert_eq!(other.ask(Command::Ping).await, Ok(Success::Done));
}
