import pytest

from qsms.base import events


def ring(event: events.Event) -> None:
    raise AssertionError("only its place in the order matters")


def answer(event: events.Event) -> None:
    raise AssertionError("only its place in the order matters")


def test_order_is_by_number_then_by_name_whatever_was_registered_first() -> None:
    one, other = events.Listeners(), events.Listeners()
    for listeners, sequence in ((one, (ring, answer)), (other, (answer, ring))):
        for handler in sequence:
            listeners.add("action.closed")(handler)
    assert [x.call for x in one.of("action.closed")] == [x.call for x in other.of("action.closed")] == [answer, ring]
    first = events.Listeners()
    first.add("action.closed")(answer)
    first.add("action.closed", order=-1)(ring)
    assert [x.call for x in first.of("action.closed")] == [ring, answer]


def test_one_function_may_listen_to_several_and_to_all() -> None:
    listeners = events.Listeners()
    listeners.add("record.created", "record.moved")(ring)
    listeners.add("*")(answer)
    assert [x.call for x in listeners.of("record.created")] == [answer, ring]
    assert [x.call for x in listeners.of("report.triaged")] == [answer]


def test_who_listens_to_all_and_to_the_event_is_called_once() -> None:
    listeners = events.Listeners()
    listeners.add("*", "record.created")(ring)
    assert len(listeners.of("record.created")) == 1


def test_a_listener_is_found_again_by_its_key() -> None:
    listeners = events.Listeners()
    listeners.add("record.created")(ring)
    (listener,) = listeners.of("record.created")
    assert listeners.find(listener.key) == listener
    assert listeners.find("gone.handler") is None


@pytest.mark.parametrize("name", ["closed", "Action.closed", "action.", "action.closed.twice", ""])
def test_a_name_that_is_not_room_verb_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"room\.verb"):
        events.Listeners().add(name)


def test_two_functions_under_one_key_are_refused() -> None:
    listeners = events.Listeners()

    def handlers() -> events.Handler:
        def same(event: events.Event) -> None: ...

        return same

    listeners.add("record.created")(handlers())
    with pytest.raises(ValueError, match="already"):
        listeners.add("record.created")(handlers())
