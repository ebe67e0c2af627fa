package dev.gantry.client;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Fetches a list page by page while it is read. */
final class Pages<T> implements Iterator<T> {

    /** One page. The last page has an empty token. */
    record Page<T>(List<T> items, String nextToken) {}

    private final Function<String, Page<T>> fetch;
    private Iterator<T> page;
    private String nextToken;

    private Pages(Function<String, Page<T>> fetch) {
        this.fetch = fetch;
    }

    /** Returns the items of all pages. {@code fetch} gets the page's token. */
    static <T> Stream<T> stream(Function<String, Page<T>> fetch) {
        int traits = Spliterator.ORDERED | Spliterator.NONNULL;
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(new Pages<>(fetch), traits), false);
    }

    @Override
    public boolean hasNext() {
        while (page == null || (!page.hasNext() && !nextToken.isEmpty())) {
            Page<T> fetched = fetch.apply(page == null ? "" : nextToken);
            page = fetched.items().iterator();
            nextToken = fetched.nextToken();
        }
        return page.hasNext();
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException("That was the last one");
        }
        return page.next();
    }
}
