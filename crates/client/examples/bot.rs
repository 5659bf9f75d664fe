//! Answers everyone who calls, plays a greeting, and says what happens: `bot SERVER APP_KEY ACCID TOKEN GREETING`. The greeting is a WAV file
//! of 48,000 samples a second of 16 bits.

use std::error::Error;

use hullo_client::engine::Engine;
use hullo_client::engine::ready::{NullOutput, WavInput};
use hullo_client::{Client, DevicePresets, Event, Rtc, WebSocket};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [server, app_key, accid, token, greeting] = arguments.as_slice() else {
        return Err("usage: bot SERVER APP_KEY ACCID TOKEN GREETING".into());
    };
    let server = WebSocket::new(server)?;
    let engine = Engine::builder()
        .microphone(WavInput {
            path: greeting.into(),
            repeats: false,
        })
        .loudspeaker(NullOutput)
        .build();
    let media = Rtc::to(&server, engine)?;
    let (client, mut events) = Client::builder_over(server, app_key).build(media)?;
    client.login(accid, token.clone()).await?;
    println!("{accid} is signed in; its device is {}", client.device_id());
    while let Some(event) = events.next().await {
        match event {
            Event::Invited { invitor, .. } => {
                println!("{invitor} calls");
                let sound_alone = DevicePresets {
                    video: Some(false),
                    ..DevicePresets::NONE
                };
                // The caller may have given up.
                if let Err(error) = client.accept(sound_alone).await {
                    println!("not answered: {error}");
                }
            }
            Event::UserEnter { accid } => println!("{accid} is here"),
            Event::CallEnd { reason, .. } => println!("over: {reason:?}"),
            Event::Disconnect { reason } => return Err(format!("signed out: {reason:?}").into()),
            _ => {}
        }
    }
    Ok(())
}
