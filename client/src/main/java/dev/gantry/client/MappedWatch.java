package dev.gantry.client;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** A watch that maps the items of another watch. */
record MappedWatch<S, T>(Watch<S> source, Function<S, T> unwrap) implements Watch<T> {

    @Override
    public boolean hasNext() {
        return source.hasNext();
    }

    @Override
    public T next() {
        return unwrap.apply(source.next());
    }

    @Override
    public Optional<T> poll(Duration timeout) {
        return source.poll(timeout).map(unwrap);
    }

    @Override
    public boolean isEnded() {
        return source.isEnded();
    }

    @Override
    public void close() {
        source.close();
    }
}
