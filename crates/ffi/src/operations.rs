//! The operations of a client, one for each of the Rust client's.

use hullo_client::protocol::{
    CallId, CallRecord, CallView, FoundCall, Media, MessageId, OtherCall, Presence, SlotKind,
};
use hullo_client::{CallOptions, DevicePresets, GroupCallOptions, InviteOptions, Member};

use crate::client::NativeClient;
use crate::types::{Account, Dialled, HulloError, Messages, Recents};

#[uniffi::export(async_runtime = "tokio")]
impl NativeClient {
    /// Connects and signs in with a token from the app's backend. A call that this device was in before goes on. For the account
    /// that is signed in it hands over a fresh token: session and call go on. Fails with `wrong_token`, `token_expired`,
    /// `token_revoked`, `account_not_found`, `account_disabled`, `no_connection` or `timeout`.
    pub async fn login(&self, accid: String, token: String) -> Result<Account, HulloError> {
        Ok(self.client()?.login(&accid, token).await?.into())
    }

    /// The same with a token of the token provider; fails with `token_unavailable` where that has none.
    pub async fn login_with_provider(&self, accid: String) -> Result<Account, HulloError> {
        Ok(self.client()?.login_with_provider(&accid).await?.into())
    }

    /// Ends any call, signs out and disconnects.
    pub async fn logout(&self) -> Result<(), HulloError> {
        Ok(self.client()?.logout().await?)
    }

    /// Dials. Done when the server has the call, which may already have ended (busy). When the other side was dialling too, both
    /// are in the one call that results. Fails with `call_while_calling`, `call_while_called`, `call_while_in_call`,
    /// `called_oneself`, `account_not_found`, `not_logged_in` and others.
    pub async fn call(&self, accid: String, options: CallOptions) -> Result<CallView, HulloError> {
        Ok(self.client()?.call(&accid, options).await?)
    }

    /// Dials 1 to 99 accounts at once. Fails when none could be invited, with that one's kind or with `invite_failed`, and
    /// otherwise as `call` does.
    pub async fn group_call(
        &self,
        accids: Vec<String>,
        options: GroupCallOptions,
    ) -> Result<Dialled, HulloError> {
        Ok(self
            .client()?
            .group_call(&texts(&accids), options)
            .await?
            .into())
    }

    /// Invites more accounts into the call; a one-to-one call becomes a group call by it. Fails like `group_call`, and with
    /// `forbidden` where only the caller may invite.
    #[uniffi::method(default(options))]
    pub async fn invite(
        &self,
        accids: Vec<String>,
        options: InviteOptions,
    ) -> Result<Dialled, HulloError> {
        Ok(self
            .client()?
            .invite(&texts(&accids), options)
            .await?
            .into())
    }

    /// Looks for a running call by its name; nothing where the account is not in it and may not join.
    pub async fn find_call(&self, call_id: CallId) -> Result<Vec<FoundCall>, HulloError> {
        Ok(self.client()?.find_call(call_id).await?)
    }

    /// Looks for the running calls of a group.
    pub async fn find_calls(&self, group_id: String) -> Result<Vec<FoundCall>, HulloError> {
        Ok(self.client()?.find_calls(&group_id).await?)
    }

    /// Goes into a running group call that does not ring here. Its members, oneself included.
    #[uniffi::method(default(presets))]
    pub async fn join(
        &self,
        call_id: CallId,
        presets: DevicePresets,
    ) -> Result<Vec<Member>, HulloError> {
        Ok(self.client()?.join(call_id, presets).await?)
    }

    /// Takes over a call that the account has on another device (`Status.elsewhere`).
    #[uniffi::method(default(presets))]
    pub async fn continue_here(
        &self,
        call_id: CallId,
        presets: DevicePresets,
    ) -> Result<Vec<Member>, HulloError> {
        Ok(self.client()?.continue_here(call_id, presets).await?)
    }

    /// Answers the call that rings. Its members, oneself included.
    #[uniffi::method(default(presets))]
    pub async fn accept(&self, presets: DevicePresets) -> Result<Vec<Member>, HulloError> {
        Ok(self.client()?.accept(presets).await?)
    }

    /// Answers the invite that waits beside the current call, which is left or held until the new one is over.
    #[uniffi::method(default(presets))]
    pub async fn accept_waiting(
        &self,
        call_id: CallId,
        other: OtherCall,
        presets: DevicePresets,
    ) -> Result<Vec<Member>, HulloError> {
        Ok(self
            .client()?
            .accept_waiting(call_id, other, presets)
            .await?)
    }

    /// Declines the invite that waits beside the current call.
    pub async fn reject_waiting(&self, call_id: CallId) -> Result<(), HulloError> {
        Ok(self.client()?.reject_waiting(call_id).await?)
    }

    /// Declines the call that rings.
    pub async fn reject(&self) -> Result<(), HulloError> {
        Ok(self.client()?.reject().await?)
    }

    /// Takes back a dial of this device. Where the other side was faster, the call that has begun is hung up.
    pub async fn cancel(&self) -> Result<(), HulloError> {
        Ok(self.client()?.cancel().await?)
    }

    /// Ends the call in whatever state, here at once. A group call ends for all when its caller hangs up, and goes on for the
    /// others when somebody else does.
    pub async fn hangup(&self) -> Result<(), HulloError> {
        Ok(self.client()?.hangup().await?)
    }

    /// Leaves the call, as fast; a group call goes on for the others, whoever leaves.
    pub async fn leave(&self) -> Result<(), HulloError> {
        Ok(self.client()?.leave().await?)
    }

    /// To audio at once, to video with the other side's consent: whether it agreed.
    pub async fn switch_call_type(&self, media: Media) -> Result<bool, HulloError> {
        Ok(self.client()?.switch_call_type(media).await?)
    }

    /// Answers `SwitchAsked`.
    pub async fn answer_switch(&self, agree: bool) -> Result<(), HulloError> {
        Ok(self.client()?.answer_switch(agree).await?)
    }

    /// Mutes the microphone, for the answer while it rings. It stays open.
    pub async fn mute_local_audio(&self, muted: bool) -> Result<(), HulloError> {
        Ok(self.client()?.mute_local_audio(muted).await?)
    }

    /// Pauses this device's picture and closes the camera, or opens it again.
    pub async fn mute_local_video(&self, muted: bool) -> Result<(), HulloError> {
        Ok(self.client()?.mute_local_video(muted).await?)
    }

    /// Opens or closes the camera, for the answer while it rings.
    pub async fn enable_local_video(&self, enabled: bool) -> Result<(), HulloError> {
        Ok(self.client()?.enable_local_video(enabled).await?)
    }

    /// Tries a microphone or camera again that has failed. Nothing if it has not.
    pub async fn retry_device(&self, kind: SlotKind) -> Result<(), HulloError> {
        Ok(self.client()?.retry_device(kind).await?)
    }

    /// Mutes a participant for this device alone, for the call.
    pub async fn set_audio_mute(&self, accid: String, muted: bool) -> Result<(), HulloError> {
        Ok(self.client()?.set_audio_mute(&accid, muted).await?)
    }

    /// Whose pictures are received, the most important first. Kept for the call.
    pub async fn show_videos(&self, accids: Vec<String>) -> Result<(), HulloError> {
        Ok(self.client()?.show_videos(&texts(&accids)).await?)
    }

    /// The conversation with an account, newest first: at most `limit` entries, those before one if it is named.
    #[uniffi::method(default(before = None, limit = 50))]
    pub async fn messages(
        &self,
        with: String,
        before: Option<MessageId>,
        limit: u32,
    ) -> Result<Messages, HulloError> {
        Ok(self.client()?.messages(&with, before, limit).await?.into())
    }

    /// The past calls of the account with everybody, newest first, and how many were missed since they were read. At most `limit`,
    /// those before a place if it is named.
    #[uniffi::method(default(before = None, limit = 50))]
    pub async fn recents(&self, before: Option<u64>, limit: u32) -> Result<Recents, HulloError> {
        Ok(self.client()?.recents(before, limit).await?.into())
    }

    /// The person has read the past calls up to this place: those missed after it count, on all devices of the account.
    pub async fn mark_recents_read(&self, up_to: u64) -> Result<(), HulloError> {
        Ok(self.client()?.mark_recents_read(up_to).await?)
    }

    /// The record of a call that is over and that the account has dialled or was called in. Fails with `call_not_found`.
    pub async fn record(&self, call_id: CallId) -> Result<CallRecord, HulloError> {
        Ok(self.client()?.record(call_id).await?)
    }

    /// Follows the presence of these accounts, in place of those followed before.
    pub async fn watch_presence(&self, accids: Vec<String>) -> Result<Vec<Presence>, HulloError> {
        Ok(self.client()?.watch_presence(&texts(&accids)).await?)
    }
}

fn texts(accids: &[String]) -> Vec<&str> {
    accids.iter().map(String::as_str).collect()
}
