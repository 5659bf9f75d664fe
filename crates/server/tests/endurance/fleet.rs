//! Many devices at one server, and what all of them together must have seen.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use hullo_core::endpoint::{Op, State};
use hullo_protocol::{Accid, CallId, DeviceId, DeviceInfo, Platform, Token};
use serde_json::{Value, json};

use crate::device::{Address, Device, Seen};
use crate::eventually::eventually;
use crate::program::{Options, Server};

/// The devices and the server.
pub(crate) struct Fleet {
    pub(crate) server: Option<Server>,
    address: Address,
    pub(crate) devices: Vec<Device>,
    pub(crate) options: Options,
}

impl Fleet {
    /// A server and this many accounts; every fifth has a second device.
    pub(crate) async fn start(accounts: usize, second_devices: bool) -> Self {
        Self::start_with(quiet(), accounts, second_devices).await
    }

    pub(crate) async fn start_with(
        options: Options,
        accounts: usize,
        second_devices: bool,
    ) -> Self {
        let server = Server::start_with(options.clone()).await;
        let address: Address = Arc::new(Mutex::new(server.address));
        let mut devices = Vec::new();
        for number in 0..accounts {
            let name = create_account(&server, number).await;
            let token = server.token(&name).await;
            let accid = Accid::parse(&name).unwrap();
            let count = if second_devices && number % 5 == 0 {
                2
            } else {
                1
            };
            for which in 0..count {
                let seed = (devices.len() + 1) as u64;
                let device = Device::start(seed, accid.clone(), address.clone());
                device.ask(Op::Login {
                    app_key: server.app_key.clone(),
                    accid: accid.clone(),
                    token: Some(Token::from(token.clone())),
                    provider: false,
                    device: DeviceInfo {
                        id: DeviceId::parse(&format!("{name}-{which}")).unwrap(),
                        platform: Platform::Server,
                        sdk_version: None,
                    },
                    cursor: None,
                });
                devices.push(device);
            }
        }
        let fleet = Self {
            server: Some(server),
            address,
            devices,
            options,
        };
        eventually("all are signed in", async || {
            fleet.all(|seen| seen.signed_in).then_some(())
        })
        .await;
        fleet
    }

    pub(crate) fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    /// kill -9, and the same server again.
    pub(crate) fn kill_and_start(&mut self) {
        let server = self.server.take().unwrap().restart_with(&self.options);
        *self.address.lock().unwrap() = server.address;
        self.server = Some(server);
    }

    pub(crate) fn all(&self, holds: impl Fn(&Seen) -> bool) -> bool {
        let mut devices = self.devices.iter();
        devices.all(|device| holds(&device.seen.lock().unwrap()))
    }

    pub(crate) fn count(&self, holds: impl Fn(&Seen) -> bool) -> usize {
        let devices = self.devices.iter();
        devices
            .filter(|device| holds(&device.seen.lock().unwrap()))
            .count()
    }

    /// How many operations the store could not take.
    pub(crate) fn refused_by_the_store(&self) -> u32 {
        let devices = self.devices.iter();
        devices
            .map(|device| device.seen.lock().unwrap().refused_by_the_store)
            .sum()
    }

    /// Everyone hangs up until nobody is in a call.
    pub(crate) async fn hang_up(&self) {
        eventually("nobody is in a call", async || {
            let busy = self.devices.iter().filter(|d| d.state() != State::Idle);
            let mut idle = true;
            for device in busy {
                idle = false;
                device.ask(Op::Hangup);
            }
            idle.then_some(())
        })
        .await;
    }

    /// Every operation has completed once.
    pub(crate) async fn await_completions(&self) {
        eventually("every operation has completed", async || {
            self.all(|seen| seen.completed.len() as u64 == seen.asked)
                .then_some(())
        })
        .await;
        assert!(self.all(|seen| seen.completed.values().all(|times| *times == 1)));
    }

    /// The record of every call that a device knew of: there is one, and all who were told how it ended were told that.
    pub(crate) async fn account_for_every_call(&self) -> BTreeMap<CallId, Value> {
        let mut records = BTreeMap::new();
        for call_id in self.known_calls() {
            let record = eventually(&format!("the call {call_id} has its record"), async || {
                let path = format!("/v1/calls/{call_id}");
                let (status, body) = self.server().http("GET", &path, None).await;
                assert_eq!(status, 200, "{call_id}: {body}");
                let record = &body["record"];
                (!record.is_null()).then(|| record.clone())
            })
            .await;
            records.insert(call_id, record);
        }
        for device in &self.devices {
            let seen = device.seen.lock().unwrap();
            for (call_id, ends) in &seen.ends {
                let begins = seen.begins.get(call_id).copied().unwrap_or(0);
                assert!(
                    ends.len() <= begins,
                    "{}: {call_id} began {begins} times and ended {ends:?}",
                    device.accid
                );
                let Some(record) = records.get(call_id) else {
                    continue;
                };
                let told = serde_json::to_value(ends[0].reason).unwrap();
                let is_group = record["callees"].as_array().unwrap().len() > 1;
                assert!(is_group || ends.len() == 1, "{}: {ends:?}", device.accid);
                // Whoever hangs up says why before the server knows; in a group call others may talk on.
                if !ends[0].own && !is_group && told != json!("lost") {
                    assert_eq!(told, record["reason"], "{}: {record}", device.accid);
                }
            }
        }
        records
    }

    fn known_calls(&self) -> Vec<CallId> {
        let mut calls: Vec<CallId> = Vec::new();
        for device in &self.devices {
            calls.extend(&device.seen.lock().unwrap().known);
        }
        calls.sort_unstable();
        calls.dedup();
        calls
    }
}

/// A server whose log does not cost more than its calls, and which lets few accounts call as often as many would.
pub(crate) fn quiet() -> Options {
    let mut options = Options::without_budgets();
    options.environment.push(("HULLO_LOG", "warn".to_owned()));
    options
}

pub(crate) async fn create_account(server: &Server, number: usize) -> String {
    let name = format!("person-{number}");
    let body = json!({ "accid": name });
    let (status, body) = server.http("POST", "/v1/accounts", Some(body)).await;
    assert_eq!(status, 201, "{body}");
    name
}
