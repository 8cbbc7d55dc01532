"""What can happen to documents, their revisions, and requests to change them, as data."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qsms.rules.lifecycle import Lifecycle, Move, Phase, State, TaskPlan

DOCUMENT_LIFE = Lifecycle(
    "document",
    "preparing",
    states=(
        State("preparing", _("In preparation"), Phase.DRAFT, _("No revision of it has been in effect yet.")),
        State("effective", _("In effect"), Phase.OPEN, _("People work to it."), tone="good"),
        State("obsolete", _("Obsolete"), Phase.DONE, _("Nobody works to it any more."), evidence=False),
        State("archived", _("Archived"), Phase.DONE, _("Kept as long as its retention says."), on_bar=False,
              evidence=False),
        State("void", _("Void"), Phase.VOID, on_bar=False),
    ),
    moves=(
        Move("confirm", _("Confirm it as it is"), ("effective",), "", offers=("issuer_edition",),
             signature=_("reviewed, still right"), finishes=("review",), tone="main", key="c",
             help=_("The periodic review found nothing to change. The next one is planned from today.")),
        Move("take_effect", _("Bring a revision into effect"), ("preparing", "effective", "obsolete"), "effective",
             verb="change", offers=("title", "due_on"), finishes=("review",), by_hand=False),
        Move("lapse", _("End with its temporary revision"), ("effective",), "obsolete", verb="change", by_hand=False),
        Move("make_obsolete", _("Make obsolete"), ("effective",), "obsolete", reason=True, finishes=("review",),
             tone="bad",
             help=_("It is taken from everybody it was given to. Its revisions stay readable to who keeps documents.")),
        Move("archive", _("Archive"), ("obsolete",), "archived", verb="make_obsolete"),
        Move("void", _("Make void"), ("preparing",), "void", verb="make_obsolete", reason=True, tone="bad",
             conditions=("nothing_under_way",)),
    ),
)  # fmt: skip

# What is asked of a draft before it is sent, to reviewers or to approvers.
SENT = ("content", "written", "pictures", "day", "askable")

REVISION_LIFE = Lifecycle(
    "revision",
    "draft",
    states=(
        State("draft", _("Draft"), Phase.DRAFT, _("It is being written.")),
        State("in_review", _("In review"), Phase.OPEN, _("Reviewers read it and say what is wrong."), begun=True,
              skipped=True, evidence=False),
        State("in_approval", _("In approval"), Phase.OPEN, _("Those who answer for it sign it."), begun=True,
              evidence=False),
        State("approved", _("Approved"), Phase.WAITING, _("It takes effect by itself on its day."), evidence=False),
        State("effective", _("In effect"), Phase.DONE, _("It is the one that people work to.")),
        State("set_aside", _("In effect, amended"), Phase.DONE, _("It holds, and a temporary revision adds to it."),
              on_bar=False),
        State("superseded", _("Superseded"), Phase.DONE, _("A later revision took its place."), tone="mute",
              evidence=False),
        State("expired", _("Expired"), Phase.DONE, _("A temporary revision whose time is over."), on_bar=False,
              evidence=False),
        State("withdrawn", _("Withdrawn"), Phase.VOID, on_bar=False),
    ),
    moves=(
        Move("send", _("Send for review"), ("draft",), "in_review", needs=("summary",),
             conditions=(*SENT, "has_review"), finishes=("write",), tone="main", key="s"),
        Move("send_on", _("Send for approval"), ("draft",), "in_approval", verb="send", needs=("summary",),
             conditions=(*SENT, "no_review"), finishes=("write",), tone="main", key="s"),
        # Each signs for the steps that are theirs; the last signature lets the revision pass on by itself.
        Move("review", _("Sign the review"), ("in_review",), "", independent_of=("author",), signature=_("reviewed"),
             conditions=("asked", "changed"), tone="main", key="r"),
        Move("pass_review", _("Pass on to approval"), ("in_review",), "in_approval", finishes=("review",),
             by_hand=False),
        Move("approve", _("Approve"), ("in_approval",), "", independent_of=("author",), signature=_("approved"),
             conditions=("asked", "changed"), tone="main", key="a"),
        Move("pass_approval", _("Pass as approved"), ("in_approval",), "approved", finishes=("approve",),
             by_hand=False),
        # The signatures stand under a day: only who signed puts another one in its place, and signs that.
        Move("plan", _("Change its day"), ("approved",), "", verb="approve", asks=("effective_on",),
             independent_of=("author",), conditions=("approved_it",), signature=_("approved for this day"),
             help=_("It was approved for another day, so you sign the new one.")),
        Move("send_back", _("Send back"), ("in_review", "in_approval"), "draft", verb="review", reason=True,
             conditions=("asked_or_owner",), finishes=("review", "approve"),
             tasks=(TaskPlan("write", _("Change it and send it again"), to="owner", role="quality_manager"),),
             help=_("Who wrote it reads the reason. Those who signed already are asked again.")),
        Move("recall", _("Take back to draft"), ("in_review", "in_approval", "approved"), "draft", verb="send",
             reason=True, finishes=("review", "approve"),
             help=_("What was signed is signed again once it is sent again.")),
        Move("bring_file", _("Bring the file"), ("draft",), "", verb="change", offers=("content_hash", "file_name"),
             by_hand=False),
        Move("take_effect", _("Take effect"), ("approved",), "effective", by_hand=False),
        Move("set_aside", _("Amend it for a time"), ("effective",), "set_aside", by_hand=False),
        Move("reinstate", _("End its amendment"), ("set_aside",), "effective", by_hand=False),
        Move("supersede", _("Supersede"), ("effective", "set_aside"), "superseded", by_hand=False),
        Move("expire", _("Expire"), ("effective",), "expired", by_hand=False),
        Move("revoke", _("Revoke"), ("effective",), "expired", verb="send", reason=True,
             conditions=("temporary", "kept"), tone="bad",
             help=_("It ends now and not on its day. What it added to is in effect by itself again.")),
        Move("sign_again", _("Sign again"), ("effective",), "", verb="approve", signature=_("signed again"),
             conditions=("asked_again",), finishes=("sign_again",), tone="main",
             help=_("You hold the role now that approved it. Your signature says that it is your word too.")),
        Move("withdraw", _("Withdraw"), ("draft", "in_review", "in_approval", "approved"), "withdrawn", verb="send",
             reason=True, tone="bad"),
    ),
)  # fmt: skip

REQUEST_LIFE = Lifecycle(
    "change_request",
    "asked",
    states=(
        State("asked", _("Asked"), Phase.OPEN, _("It waits for who owns its documents.")),
        State("accepted", _("Accepted"), Phase.WAITING, _("Its documents are being revised.")),
        State("done", _("Done"), Phase.DONE),
        State("refused", _("Refused"), Phase.DONE, on_bar=False, evidence=False),
        State("void", _("Void"), Phase.VOID, on_bar=False),
    ),
    moves=(
        Move("accept", _("Accept"), ("asked",), "accepted", verb="decide", or_party=("keeper",), offers=("answer",),
             finishes=("decide",), tone="main", key="a",
             help=_("Each owner of a document it names is asked to revise it, or to say why it needs no change.")),
        # Who owns one of several documents does not say no for the others.
        Move("refuse", _("Refuse"), ("asked",), "refused", verb="decide", or_party=("sole_keeper",), asks=("answer",),
             finishes=("decide",), tone="bad"),
        Move("finish", _("Finish"), ("accepted",), "done", verb="decide", or_party=("keeper",), finishes=("revise",),
             closed=("<raised_from",), conditions=("answered",), tone="main",
             help=_("Each document it names was revised, or needs no change.")),
        Move("void", _("Make void"), ("asked", "accepted"), "void", verb="decide", reason=True, tone="bad"),
    ),
)  # fmt: skip
