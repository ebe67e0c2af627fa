package dev.gantry.check.history;

import dev.gantry.check.history.Event.Call;
import dev.gantry.check.history.Event.Injected;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All that was recorded of a run.
 *
 * @param events the events, in the order in which they began
 */
public record History(List<Event> events) {

    /** Sorts and copies the list. */
    public History {
        events = events.stream().sorted(Comparator.comparingLong(Event::at)).toList();
    }

    /** Returns the events of a kind. */
    public <E extends Event> Stream<E> all(Class<E> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast);
    }

    /** Returns the answered calls of a kind. */
    <O extends Operation> Stream<Call> answered(Class<O> kind) {
        return all(Call.class).filter(Call::isAnswered).filter(call -> kind.isInstance(call.operation()));
    }

    /**
     * Returns the events that name one of some objects, and the faults between them.
     *
     * @param ids ids of jobs, allocations and nodes
     */
    public List<Event> about(Set<String> ids) {
        List<Event> named = events.stream()
                .filter(event -> ids.stream().anyMatch(event.toString()::contains))
                .toList();
        if (named.isEmpty()) {
            return named;
        }
        long first = named.get(0).at();
        long last = named.get(named.size() - 1).at();
        Stream<Injected> faults = all(Injected.class).filter(fault -> fault.end() >= first && fault.at() <= last);
        return Stream.concat(named.stream(), faults)
                .sorted(Comparator.comparingLong(Event::at))
                .toList();
    }
}
