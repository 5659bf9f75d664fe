//! What every store promises, written against the trait: another implementation takes the place of `sqlite`.

use std::sync::Arc;

use hullo_core::Time;
use hullo_core::call::{Call, Dial};
use hullo_core::hub::Write;
use hullo_protocol::{
    Accid, AppKey, CallId, CallKind, CallRecord, DeviceId, EndReason, GroupTerms, Media, Message,
    MessageBody, MessageId, ParticipantOutcome, ParticipantState, RecordStatus,
};
use secrecy::ExposeSecret as _;
use tempfile::TempDir;

use super::sqlite::{Open, Sqlite};
use super::vault::Vault;
use super::*;

/// A store with the app `shop`, and what keeps it alive.
struct Shop<Keep> {
    store: Arc<dyn Store>,
    app: AppKey,
    _keep: Keep,
}

fn open(folder: &TempDir) -> Sqlite {
    let vault = Vault::open(None, &folder.path().join("hullo.key")).unwrap();
    Sqlite::open(&folder.path().join("hullo.db"), Open::Alone, None, vault).unwrap()
}

async fn sqlite() -> Shop<TempDir> {
    let folder = tempfile::tempdir().unwrap();
    let store: Arc<dyn Store> = Arc::new(open(&folder));
    let app = shop("shop");
    store.create_app(&app, 1).await.unwrap();
    Shop {
        store,
        app: app.key,
        _keep: folder,
    }
}

pub(super) fn shop(key: &str) -> App {
    App {
        key: AppKey::parse(key).unwrap(),
        name: "Shop".to_owned(),
        secret: "s3cret".into(),
        secure: true,
        policies: Policies::default(),
        retention: Retention::default(),
    }
}

pub(super) fn accid(text: &str) -> Accid {
    Accid::parse(text).unwrap()
}

pub(super) fn account(name: &str) -> Account {
    Account {
        accid: accid(name),
        name: Some(name.to_uppercase()),
        avatar: None,
        disabled: false,
        token_generation: 0,
    }
}

pub(super) fn call(number: u128) -> Call {
    Call::dial(dial(number), Time(1_000))
}

pub(super) fn dial(number: u128) -> Dial {
    Dial {
        call_id: CallId::from_u128(number),
        caller: accid("alice"),
        device: DeviceId::parse("d").unwrap(),
        callees: vec![accid("bob")],
        group: None,
        media: Media::Audio,
        attachment: Some("note".to_owned()),
        ring_ms: 30_000,
        secure: false,
    }
}

pub(super) fn end(number: u128, message: u64) -> Write {
    let call = call(number);
    let record = CallRecord {
        call_id: call.call_id,
        kind: CallKind::OneToOne,
        group_id: None,
        caller: accid("alice"),
        callees: vec![accid("bob")],
        media: Media::Audio,
        status: RecordStatus::Cancelled,
        reason: EndReason::Cancelled,
        ended_by: Some(accid("alice")),
        started_at_ms: 1_000,
        accepted_at_ms: None,
        ended_at_ms: 2_000,
        durations: vec![],
        outcomes: vec![ParticipantOutcome {
            accid: accid("bob"),
            state: ParticipantState::Cancelled,
        }],
        quality: vec![],
    };
    let message = Message {
        id: MessageId(message),
        from: accid("alice"),
        to: accid("bob"),
        sent_at_ms: 2_000,
        body: MessageBody::Call(record.summary_of(&accid("bob")).unwrap()),
    };
    Write::End {
        call: Arc::new(call),
        record: Box::new(record),
        messages: vec![message],
    }
}

async fn commit<Keep>(shop: &Shop<Keep>, writes: &[Write]) -> Result<(), CommitError> {
    shop.store.commit(&shop.app, writes.to_vec().into()).await
}

/// The calls that are not over.
async fn live<Keep>(shop: &Shop<Keep>) -> Vec<Call> {
    let found = shop.store.restorable(&shop.app, Time(u64::MAX)).await;
    found.unwrap()
}

pub(super) fn rows(rows: u32) -> PageLimit {
    PageLimit {
        rows,
        bytes: usize::MAX,
    }
}

#[tokio::test]
async fn apps_and_accounts_are_kept_once_and_their_secrets_come_back() {
    let shop = sqlite().await;
    let again = shop.store.create_app(&self::shop("shop"), 2).await;
    assert!(matches!(again, Err(StoreError::Exists(_))), "{again:?}");
    let app = shop.store.app(&shop.app).await.unwrap().unwrap();
    assert_eq!(app.secret.expose_secret(), "s3cret");
    assert!(app.secure);
    assert_eq!(shop.store.apps().await.unwrap().len(), 1);
    let other = AppKey::parse("other").unwrap();
    assert!(shop.store.app(&other).await.unwrap().is_none());

    let alice = account("alice");
    shop.store
        .create_account(&shop.app, &alice, 1)
        .await
        .unwrap();
    let again = shop.store.create_account(&shop.app, &alice, 1).await;
    assert!(matches!(again, Err(StoreError::Exists(_))), "{again:?}");
    let found = shop.store.account(&shop.app, &alice.accid).await.unwrap();
    assert_eq!(found.as_ref(), Some(&alice));
    assert_eq!(shop.store.accounts(&shop.app).await.unwrap(), [alice]);
    assert!(shop.store.accounts(&other).await.unwrap().is_empty());
}

#[tokio::test]
async fn several_accounts_are_found_by_name_at_once() {
    let shop = sqlite().await;
    let other = self::shop("other");
    shop.store.create_app(&other, 1).await.unwrap();
    for (app, name) in [
        (&shop.app, "alice"),
        (&shop.app, "bob"),
        (&shop.app, "carol"),
        (&other.key, "dave"),
    ] {
        let new = account(name);
        shop.store.create_account(app, &new, 1).await.unwrap();
    }
    let named = async |names: &[&str]| {
        let accids: Vec<Accid> = names.iter().map(|name| accid(name)).collect();
        let accids: Vec<&Accid> = accids.iter().collect();
        let found = shop.store.accounts_named(&shop.app, &accids).await;
        found.unwrap()
    };
    let expected = [account("alice"), account("carol")];
    assert_eq!(named(&["carol", "dave", "nobody", "alice"]).await, expected);
    assert_eq!(named(&[]).await, []);
    let mut many: Vec<String> = (0..99).map(|n| format!("p{n}")).collect();
    many.push("bob".to_owned());
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(many.len(), hullo_protocol::PARTICIPANTS_MAX);
    assert_eq!(named(&many).await, [account("bob")]);
}

#[tokio::test]
async fn policies_of_an_app_are_read_as_they_were_set() {
    let shop = sqlite().await;
    let read = async || shop.store.policies(&shop.app).await.unwrap();
    assert_eq!(read().await, Some(Policies::default()));
    let policies = Policies {
        busy: BusyPolicy::Ring,
        devices: DevicePolicy::One,
    };
    assert!(shop.store.set_policies(&shop.app, policies).await.unwrap());
    assert_eq!(read().await, Some(policies));
    let app = shop.store.app(&shop.app).await.unwrap().unwrap();
    assert_eq!(app.policies, policies);
    let other = AppKey::parse("other").unwrap();
    assert_eq!(shop.store.policies(&other).await.unwrap(), None);
    assert!(!shop.store.set_policies(&other, policies).await.unwrap());
}

#[tokio::test]
async fn change_of_an_account_leaves_the_rest_as_it_was() {
    let shop = sqlite().await;
    let alice = account("alice");
    shop.store
        .create_account(&shop.app, &alice, 1)
        .await
        .unwrap();
    let change = AccountChange {
        disabled: Some(true),
        revoke_tokens: true,
        ..AccountChange::default()
    };
    let changed = shop
        .store
        .change_account(&shop.app, &alice.accid, change)
        .await
        .unwrap();
    let expected = Account {
        disabled: true,
        token_generation: 1,
        ..alice
    };
    assert_eq!(changed, Some(expected));
    let nobody = shop
        .store
        .change_account(&shop.app, &accid("nobody"), AccountChange::default())
        .await;
    assert_eq!(nobody.unwrap(), None);
}

#[tokio::test]
async fn live_calls_come_back_as_they_were_and_ended_ones_do_not() {
    let shop = sqlite().await;
    let mut first = call(1);
    let writes = [
        Write::Call(Arc::new(first.clone())),
        Write::Call(Arc::new(call(2))),
    ];
    commit(&shop, &writes).await.unwrap();
    first.version += 1;
    let writes = [Write::Call(Arc::new(first.clone())), end(2, 1)];
    commit(&shop, &writes).await.unwrap();
    let live = live(&shop).await;
    assert_eq!(live, [first]);
    let ended = shop.store.call(&shop.app, CallId::from_u128(2)).await;
    assert_eq!(ended.unwrap(), Some(call(2)));
    let never = shop.store.call(&shop.app, CallId::from_u128(3)).await;
    assert_eq!(never.unwrap(), None);
}

#[tokio::test]
async fn id_of_a_call_that_is_over_is_taken_and_nothing_of_the_batch_is_stored() {
    let shop = sqlite().await;
    commit(&shop, &[end(1, 1)]).await.unwrap();
    let dials = [1, 2].map(|number| Write::Call(Arc::new(call(number))));
    let refused = commit(&shop, &dials).await;
    let first = CallId::from_u128(1);
    assert!(matches!(&refused, Err(CommitError::Taken(ids)) if *ids == [first]));
    assert!(live(&shop).await.is_empty());
    let refused = commit(&shop, &[end(1, 2)]).await;
    assert!(matches!(&refused, Err(CommitError::Taken(ids)) if *ids == [first]));
    let next = shop.store.next_message(&shop.app).await.unwrap();
    assert_eq!(next, MessageId(2), "the second message is not kept either");
    commit(&shop, &dials[1..]).await.unwrap();
    assert_eq!(live(&shop).await, [call(2)]);
}

#[tokio::test]
async fn name_of_a_call_that_is_over_is_no_other_name_of_a_later_one() {
    let shop = sqlite().await;
    commit(&shop, &[end(1, 1)]).await.unwrap();
    let mut dialled = call(2);
    dialled.aliases = vec![CallId::from_u128(1)];
    let refused = commit(&shop, &[Write::Call(Arc::new(dialled.clone()))]).await;
    let first = CallId::from_u128(1);
    assert!(matches!(&refused, Err(CommitError::Taken(ids)) if *ids == [first]));
    assert!(live(&shop).await.is_empty());
    dialled.aliases = vec![CallId::from_u128(3)];
    commit(&shop, &[Write::Call(Arc::new(dialled.clone()))])
        .await
        .unwrap();
    assert_eq!(live(&shop).await, [dialled]);
}

#[tokio::test]
async fn call_that_has_ended_never_changes_and_has_one_record() {
    let shop = sqlite().await;
    commit(&shop, &[end(1, 1)]).await.unwrap();
    let mut changed = call(1);
    changed.version = 2;
    let mut ended = end(1, 2);
    if let Write::End { call, .. } = &mut ended {
        Arc::make_mut(call).version = 3;
    }
    for write in [Write::Call(Arc::new(changed)), ended] {
        let refused = commit(&shop, &[write]).await;
        assert!(
            matches!(&refused, Err(CommitError::Contradiction(_))),
            "{refused:?}"
        );
    }
    assert!(live(&shop).await.is_empty());
    let query = RecordQuery {
        accid: None,
        before: None,
        limit: rows(10),
    };
    let page = shop.store.records(&shop.app, query).await.unwrap();
    assert_eq!(page.records.len(), 1);
}

#[tokio::test]
async fn batch_that_fails_leaves_nothing_and_the_next_one_succeeds() {
    let shop = sqlite().await;
    commit(&shop, &[end(1, 1)]).await.unwrap();
    // A message id that is taken fails the last statement of the batch.
    let failing = [Write::Call(Arc::new(call(2))), end(3, 1)];
    let failed = commit(&shop, &failing).await;
    assert!(failed.is_err(), "{failed:?}");
    assert!(live(&shop).await.is_empty());
    let record = shop.store.record(&shop.app, CallId::from_u128(3)).await;
    assert_eq!(record.unwrap(), None);
    commit(&shop, &[end(3, 2)]).await.unwrap();
    let record = shop.store.record(&shop.app, CallId::from_u128(3)).await;
    assert_eq!(record.unwrap().unwrap().status, RecordStatus::Cancelled);
}

#[tokio::test]
async fn records_and_messages_are_paged_newest_first() {
    let shop = sqlite().await;
    let ends: Vec<Write> = (1..=5).map(|n| end(u128::from(n), n)).collect();
    commit(&shop, &ends).await.unwrap();
    let query = |before| RecordQuery {
        accid: Some(accid("bob")),
        before,
        limit: rows(3),
    };
    let first = shop.store.records(&shop.app, query(None)).await.unwrap();
    let second = shop.store.records(&shop.app, query(first.next)).await;
    let second = second.unwrap();
    let numbers = |page: &RecordPage| -> Vec<u128> {
        let number = |record: &CallRecord| record.call_id.as_u128();
        page.records
            .iter()
            .map(|(_, record)| number(record))
            .collect()
    };
    assert_eq!(numbers(&first), [5, 4, 3]);
    assert_eq!(numbers(&second), [2, 1]);
    assert_eq!(second.next, None);

    let (alice, bob, carol) = (accid("alice"), accid("bob"), accid("carol"));
    let page = |with, before| ConversationQuery {
        accid: &bob,
        with,
        before,
        limit: rows(4),
    };
    let talk = shop
        .store
        .conversation(&shop.app, page(&alice, None))
        .await
        .unwrap();
    assert_eq!((ids(&talk.messages), talk.more), (vec![5, 4, 3, 2], true));
    let rest = shop
        .store
        .conversation(&shop.app, page(&alice, Some(MessageId(2))))
        .await
        .unwrap();
    assert_eq!((ids(&rest.messages), rest.more), (vec![1], false));
    let silent = shop
        .store
        .conversation(&shop.app, page(&carol, None))
        .await
        .unwrap();
    assert!(silent.messages.is_empty());

    let between = async |after, before, limit| {
        let (after, before) = (MessageId(after), MessageId(before));
        let found = shop
            .store
            .messages_since(&shop.app, &bob, after, before, rows(limit))
            .await;
        ids(&found.unwrap().messages)
    };
    assert_eq!(between(2, 5, 10).await, [3, 4]);
    assert_eq!(between(0, 6, 2).await, [4, 5], "the newest, oldest first");
}

fn ids(messages: &[Message]) -> Vec<u64> {
    messages.iter().map(|message| message.id.0).collect()
}

#[tokio::test]
async fn group_call_of_a_hundred_is_kept_whole_and_found_by_each_of_them() {
    let shop = sqlite().await;
    let names: Vec<Accid> = (0..100).map(|n| accid(&format!("p{n}"))).collect();
    let dial = Dial {
        callees: names[1..].to_vec(),
        caller: names[0].clone(),
        group: Some(GroupTerms::default()),
        ..self::dial(1)
    };
    let mut call = Call::dial(dial, Time(1_000));
    let dialled = [Write::Call(Arc::new(call.clone()))];
    commit(&shop, &dialled).await.unwrap();
    let found = live(&shop).await;
    assert_eq!(found, [call.clone()]);

    let device = DeviceId::parse("d").unwrap();
    call.cancel(&names[0], &device, Time(2_000)).unwrap();
    let record = call.record().unwrap();
    assert_eq!((record.callees.len(), record.outcomes.len()), (99, 99));
    let end = [Write::End {
        messages: call.messages(&record, MessageId(1)),
        record: Box::new(record.clone()),
        call: Arc::new(call),
    }];
    commit(&shop, &end).await.unwrap();
    assert!(live(&shop).await.is_empty());
    for name in &names {
        let query = RecordQuery {
            accid: Some(name.clone()),
            before: None,
            limit: rows(2),
        };
        let page = shop.store.records(&shop.app, query).await.unwrap();
        assert_eq!(page.records.len(), 1, "{name}");
        assert_eq!(page.records[0].1, record, "{name}");
        let talk = ConversationQuery {
            accid: name,
            with: &names[0],
            before: None,
            limit: rows(100),
        };
        let talk = shop.store.conversation(&shop.app, talk).await.unwrap();
        let expected = usize::from(*name != names[0]);
        assert_eq!(talk.messages.len(), expected, "one for each callee: {name}");
    }
    let next = shop.store.next_message(&shop.app).await.unwrap();
    assert_eq!(next, MessageId(100));
}

#[tokio::test]
async fn attachments_come_back_where_they_were() {
    let shop = sqlite().await;
    let mut call = call(1);
    let attached = |call: &mut Call, text: &str| {
        let bob = call.participants.last_mut().unwrap();
        bob.attachment = Some(text.to_owned());
    };
    attached(&mut call, "for bob \u{1f4de}");
    for text in ["note", "7", "for bob alone"] {
        commit(&shop, &[Write::Call(Arc::new(call.clone()))])
            .await
            .unwrap();
        assert_eq!(live(&shop).await, std::slice::from_ref(&call));
        call.version += 1;
        attached(&mut call, text);
    }
}

#[tokio::test]
async fn page_ends_before_it_is_longer_than_its_bytes_and_has_one_row_at_least() {
    let shop = sqlite().await;
    let ends: Vec<Write> = (1..=4).map(|n| end(u128::from(n), n)).collect();
    commit(&shop, &ends).await.unwrap();
    let bob = accid("bob");
    let page = async |bytes| {
        let limit = PageLimit { rows: 10, bytes };
        let within = (MessageId(0), MessageId(5));
        let page = shop
            .store
            .messages_since(&shop.app, &bob, within.0, within.1, limit);
        page.await.unwrap()
    };
    let all = page(usize::MAX).await;
    assert_eq!((ids(&all.messages), all.more), (vec![1, 2, 3, 4], false));
    let two: usize = all.messages[2..]
        .iter()
        .map(|message| serde_json::to_vec(message).unwrap().len() + 1)
        .sum();
    let half = page(two).await;
    assert_eq!((ids(&half.messages), half.more), (vec![3, 4], true));
    let least = page(1).await;
    assert_eq!((ids(&least.messages), least.more), (vec![4], true));
}

#[tokio::test]
async fn calls_that_ended_lately_are_restored_and_older_ones_are_not() {
    let shop = sqlite().await;
    let ended = |number, at| {
        let mut write = end(number, u64::try_from(number).unwrap());
        if let Write::End { record, .. } = &mut write {
            record.ended_at_ms = at;
        }
        write
    };
    commit(&shop, &[ended(1, 2_000), ended(2, 3_000)])
        .await
        .unwrap();
    commit(&shop, &[Write::Call(Arc::new(call(3)))])
        .await
        .unwrap();
    let restored = shop.store.restorable(&shop.app, Time(3_000)).await.unwrap();
    let ids: Vec<u128> = restored.iter().map(|call| call.call_id.as_u128()).collect();
    assert_eq!(ids, [2, 3]);
}

#[tokio::test]
async fn change_of_a_call_that_was_never_stored_fails_its_batch() {
    let shop = sqlite().await;
    let mut stranger = call(1);
    stranger.version = 2;
    let refused = commit(&shop, &[Write::Call(Arc::new(stranger))]).await;
    assert!(matches!(&refused, Err(CommitError::Contradiction(_))));
    assert!(live(&shop).await.is_empty());
}

#[tokio::test]
async fn write_whose_future_is_dropped_is_stored_all_the_same() {
    let shop = sqlite().await;
    drop(
        shop.store
            .commit(&shop.app, [Write::Call(Arc::new(call(1)))].into()),
    );
    let alice = account("alice");
    drop(shop.store.create_account(&shop.app, &alice, 1));
    // Whoever comes later stands behind them.
    shop.store.probe(1).await.unwrap();
    assert_eq!(live(&shop).await, [call(1)]);
    let found = shop.store.account(&shop.app, &alice.accid).await.unwrap();
    assert_eq!(found, Some(alice));
}

#[tokio::test]
async fn batch_refused_to_one_app_takes_nothing_from_those_beside_it() {
    let shop = sqlite().await;
    commit(&shop, &[end(1, 1)]).await.unwrap();
    let others = ["one", "two", "three"].map(self::shop);
    for app in &others {
        shop.store.create_app(app, 1).await.unwrap();
    }
    let dial = |app: &AppKey| {
        let write = Write::Call(Arc::new(call(1)));
        shop.store.commit(app, [write].into())
    };
    // All wait at once, the refused one in the middle.
    let waiting = [
        dial(&others[0].key),
        dial(&others[1].key),
        dial(&shop.app),
        dial(&others[2].key),
    ];
    let results = futures_util::future::join_all(waiting).await;
    let refused: Vec<bool> = results.iter().map(Result::is_err).collect();
    assert_eq!(refused, [false, false, true, false]);
    for app in &others {
        let found = shop.store.restorable(&app.key, Time(0)).await.unwrap();
        assert_eq!(found, [call(1)]);
    }
}

#[tokio::test]
async fn apps_do_not_see_each_other() {
    let shop = sqlite().await;
    let other = self::shop("other");
    shop.store.create_app(&other, 1).await.unwrap();
    // The same call id and the same message id in both.
    commit(&shop, &[end(1, 1)]).await.unwrap();
    let live = [Write::Call(Arc::new(call(1)))];
    shop.store.commit(&other.key, live.into()).await.unwrap();
    let found = shop.store.record(&other.key, CallId::from_u128(1)).await;
    assert_eq!(found.unwrap(), None);
    let next = shop.store.next_message(&other.key).await.unwrap();
    assert_eq!(next, MessageId(1));
    assert_eq!(
        shop.store
            .restorable(&other.key, Time(u64::MAX))
            .await
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn everything_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let app = shop("shop");
    let store = open(&folder);
    store.create_app(&app, 1).await.unwrap();
    store.commit(&app.key, [end(1, 1)].into()).await.unwrap();
    store.probe(1).await.unwrap();
    store.close().await;
    let store = open(&folder);
    let found = store.app(&app.key).await.unwrap().unwrap();
    assert_eq!(found.secret.expose_secret(), "s3cret");
    let record = store.record(&app.key, CallId::from_u128(1)).await;
    assert!(record.unwrap().is_some());
    store.probe(2).await.unwrap();
}

#[tokio::test]
async fn another_master_key_is_reported_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    store.create_app(&shop("shop"), 1).await.unwrap();
    store.close().await;
    std::fs::remove_file(folder.path().join("hullo.key")).unwrap();
    let error = open(&folder).apps().await.unwrap_err().to_string();
    assert!(
        error.contains("shop") && error.contains("hullo.key"),
        "{error}"
    );
}
