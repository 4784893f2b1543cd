//! Signing in on a shared device by phone (RFC 8628): what has become of a request, and who may still decide it.

/// What a member says to a device that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Approved,
    Denied,
}

impl Decision {
    /// Its word in the contract and in the database.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Denied => "denied",
        }
    }
}

/// A request as it is at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    /// What was decided, and by whom.
    pub(crate) decided: Option<(Decision, &'a str)>,
    /// Whether the device has got its session.
    pub(crate) collected: bool,
    /// Whether its time is up, or another request has taken its place.
    pub(crate) over: bool,
}

/// A request as one member sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Pending,
    Approved,
    Denied,
    Expired,
    /// Another member has decided it.
    Taken,
}

impl Status {
    /// Its word in the contract.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Expired => "expired",
            Self::Taken => "taken",
        }
    }
}

/// What the device hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Poll<'a> {
    Pending,
    Denied,
    /// Expired, or collected before.
    Over,
    /// A session for this member.
    Grant(&'a str),
}

/// It can't be decided any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closed;

impl<'a> Request<'a> {
    pub(crate) fn status_for(&self, member: &str) -> Status {
        match self.decided {
            Some((_, by)) if by != member => Status::Taken,
            Some((Decision::Denied, _)) => Status::Denied,
            Some((Decision::Approved, _)) if self.collected || !self.over => Status::Approved,
            None if !self.over => Status::Pending,
            _ => Status::Expired,
        }
    }

    /// Whether `member`'s decision changes anything: saying the same again doesn't, and a yes can be taken back until the
    /// device has used it.
    ///
    /// # Errors
    /// When somebody else has decided, it is too late, or a no would become a yes.
    pub(crate) fn decide(&self, member: &str, decision: Decision) -> Result<bool, Closed> {
        match (self.status_for(member), decision) {
            (Status::Pending, _) => Ok(true),
            (Status::Approved, Decision::Approved) | (Status::Denied, Decision::Denied) => Ok(false),
            (Status::Approved, Decision::Denied) if !self.collected => Ok(true),
            _ => Err(Closed),
        }
    }

    pub(crate) fn poll(&self) -> Poll<'a> {
        match self.decided {
            _ if self.collected => Poll::Over,
            Some((Decision::Denied, _)) => Poll::Denied,
            _ if self.over => Poll::Over,
            Some((Decision::Approved, member)) => Poll::Grant(member),
            None => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Decision::{Approved, Denied};

    const OPEN: Request<'_> = Request { decided: None, collected: false, over: false };
    const AGREED: Request<'_> = Request { decided: Some((Approved, "a")), ..OPEN };
    const REFUSED: Request<'_> = Request { decided: Some((Denied, "a")), ..OPEN };

    #[test]
    fn everybody_sees_their_own_side() {
        for (request, own, others) in [
            (OPEN, Status::Pending, Status::Pending),
            (Request { over: true, ..OPEN }, Status::Expired, Status::Expired),
            (AGREED, Status::Approved, Status::Taken),
            (Request { over: true, ..AGREED }, Status::Expired, Status::Taken),
            (Request { over: true, collected: true, ..AGREED }, Status::Approved, Status::Taken),
            (REFUSED, Status::Denied, Status::Taken),
            (Request { over: true, ..REFUSED }, Status::Denied, Status::Taken),
        ] {
            assert_eq!((request.status_for("a"), request.status_for("b")), (own, others), "{request:?}");
        }
    }

    #[test]
    fn a_decision_is_made_once_by_one_member() {
        assert_eq!((OPEN.decide("a", Approved), OPEN.decide("a", Denied)), (Ok(true), Ok(true)));
        assert_eq!((AGREED.decide("a", Approved), AGREED.decide("a", Denied)), (Ok(false), Ok(true)));
        assert_eq!((REFUSED.decide("a", Denied), REFUSED.decide("a", Approved)), (Ok(false), Err(Closed)));
        let collected = Request { collected: true, ..AGREED };
        assert_eq!(
            (collected.decide("a", Approved), collected.decide("a", Denied)),
            (Ok(false), Err(Closed))
        );
        let late = Request { over: true, ..AGREED };
        assert_eq!((late.decide("a", Approved), late.decide("a", Denied)), (Err(Closed), Err(Closed)));
        for request in [AGREED, REFUSED, Request { over: true, ..OPEN }] {
            assert_eq!(
                (request.decide("b", Approved), request.decide("b", Denied)),
                (Err(Closed), Err(Closed))
            );
        }
        assert_eq!(Request { over: true, ..REFUSED }.decide("a", Denied), Ok(false));
    }

    #[test]
    fn a_device_is_signed_in_once_and_in_time() {
        assert_eq!(
            (OPEN.poll(), AGREED.poll(), REFUSED.poll()),
            (Poll::Pending, Poll::Grant("a"), Poll::Denied)
        );
        assert_eq!(Request { collected: true, ..AGREED }.poll(), Poll::Over);
        assert_eq!(Request { over: true, ..AGREED }.poll(), Poll::Over);
        assert_eq!(Request { over: true, ..OPEN }.poll(), Poll::Over);
        assert_eq!(Request { over: true, ..REFUSED }.poll(), Poll::Denied);
    }
}
