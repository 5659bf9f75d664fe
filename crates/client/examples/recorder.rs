//! Calls somebody and keeps what is said in a file, until the call is over: `recorder SERVER APP_KEY ACCID TOKEN CALLEE FILE`. Whoever is
//! recorded has to agree to that in most countries.

use std::error::Error;

use hullo_client::engine::Engine;
use hullo_client::engine::ready::{NullInput, WavOutput};
use hullo_client::{CallOptions, Client, Event, Rtc, WebSocket};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [server, app_key, accid, token, callee, file] = arguments.as_slice() else {
        return Err("usage: recorder SERVER APP_KEY ACCID TOKEN CALLEE FILE".into());
    };
    let server = WebSocket::new(server)?;
    let engine = Engine::builder()
        .microphone(NullInput)
        .loudspeaker(WavOutput { path: file.into() })
        .build();
    let media = Rtc::to(&server, engine)?;
    let (client, mut events) = Client::builder_over(server, app_key).build(media)?;
    client.login(accid, token.clone()).await?;
    client.call(callee, CallOptions::audio()).await?;
    println!("{callee} rings");
    while let Some(event) = events.next().await {
        match event {
            Event::UserEnter { accid } => println!("{accid} is here, and recorded"),
            Event::CallEnd { reason, .. } => {
                println!("over: {reason:?}");
                break;
            }
            _ => {}
        }
    }
    client.close().await;
    Ok(())
}
