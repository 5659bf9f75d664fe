//! What has happened in the world and cannot be refused: whether or not it can be stored now, it is kept, in its order,
//! until it is.

use hullo_core::call::Profile;
use hullo_core::hub::MediaEvent;
use hullo_protocol::{Accid, CallId};
use hullo_sfu::QualityReport as PeerQuality;

#[derive(Debug, Clone)]
pub(crate) enum Fact {
    /// The media plane has seen something in a call's room.
    Media { call_id: CallId, event: MediaEvent },
    /// What the media plane measured of a call's participants, who are numbers to it.
    Quality {
        call_id: CallId,
        reports: Vec<PeerQuality>,
    },
    /// An account is shown in another way.
    Profile { accid: Accid, profile: Profile },
    /// An account's tokens below `generation` were revoked.
    SignOut { accid: Accid, generation: u64 },
}
