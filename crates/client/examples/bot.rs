//! Answers everyone who calls, and says what happens: `bot SERVER APP_KEY ACCID TOKEN [ADDRESS]`. `ADDRESS` is one of this machine that leads to
//! the server's media; it is found out when it is not given.

use std::error::Error;
use std::net::{IpAddr, UdpSocket};

use hullo_client::{Client, DevicePresets, Event, NoDevices, Rtc};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [server, app_key, accid, token, more @ ..] = arguments.as_slice() else {
        return Err("usage: bot SERVER APP_KEY ACCID TOKEN [ADDRESS]".into());
    };
    let address = match more.first() {
        Some(address) => address.parse()?,
        None => own_address()?,
    };
    let media = Rtc::bind(address, NoDevices::default()).await?;
    let (client, mut events) = Client::builder(server, app_key)?.build(media)?;
    client.login(accid, token.clone()).await?;
    println!("{accid} is signed in; its device is {}", client.device_id());
    while let Some(event) = events.next().await {
        match event {
            Event::Invited { invitor, .. } => {
                println!("{invitor} calls");
                // The caller may have given up.
                if let Err(error) = client.accept(DevicePresets::NONE).await {
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

/// The address by which this machine reaches others. Nothing is sent.
fn own_address() -> std::io::Result<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    socket.connect("192.0.2.1:9")?;
    Ok(socket.local_addr()?.ip())
}
