package dev.gantry.api;

import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Reads a page of a list in parts. The page ends at a number of objects, at a number of bytes, or after a number of
 * objects that the filters leave out. The memory used does not depend on the size of the objects.
 */
final class PageReader {

    /** The most bytes of objects in a page. A larger object gets a page of its own. */
    static final int LARGEST_PAGE = 2 * 1024 * 1024;

    /** How many objects the first read asks for, since their size is not known yet: a job may have 1 MiB. */
    private static final int FIRST_PART = 4;

    private static final int LARGEST_PART = 1000;
    private static final int MOST_READ = 20_000;
    private static final long MOST_BYTES_READ = 16L * LARGEST_PAGE;

    private PageReader() {}

    /** Reads stored objects in the order of the list. */
    @FunctionalInterface
    interface Source<T> {

        /**
         * Reads some objects.
         *
         * @param last the object before them; empty at the beginning of the page
         * @param limit the most objects to return
         */
        List<T> after(Optional<T> last, int limit);
    }

    /**
     * A page.
     *
     * @param items the objects to return
     * @param last the stored object before the next page; empty if this is the last page
     */
    record Page<T>(List<T> items, Optional<T> last) {}

    /**
     * Reads a page.
     *
     * @param size the most objects in the page
     * @param source reads stored objects
     * @param finish maps stored objects to the objects to return, in the same number and order
     * @param filter selects the mapped objects that belong to the list
     */
    static <T extends Message> Page<T> read(
            int size, Source<T> source, UnaryOperator<List<T>> finish, Predicate<T> filter) {
        List<T> items = new ArrayList<>();
        Optional<T> last = Optional.empty();
        int limit = Math.min(size, FIRST_PART);
        long answered = 0;
        long bytesRead = 0;
        int read = 0;
        while (true) {
            List<T> part = source.after(last, limit);
            List<T> finished = finish.apply(part);
            for (int i = 0; i < part.size(); i++) {
                T item = finished.get(i);
                if (filter.test(item)) {
                    answered += item.getSerializedSize();
                    if (answered > LARGEST_PAGE && !items.isEmpty()) {
                        return new Page<>(items, last);
                    }
                    items.add(item);
                }
                last = Optional.of(part.get(i));
                bytesRead += part.get(i).getSerializedSize();
                if (items.size() == size) {
                    return new Page<>(items, last);
                }
            }
            read += part.size();
            if (part.size() < limit) {
                return new Page<>(items, Optional.empty());
            }
            if (read >= MOST_READ || bytesRead >= MOST_BYTES_READ) {
                return new Page<>(items, last);
            }
            limit = nextPart(bytesRead / read);
        }
    }

    /** Returns about as many objects as fit into a page, by their average size. */
    private static int nextPart(long averageSize) {
        return (int) Math.max(1, Math.min(LARGEST_PART, LARGEST_PAGE / Math.max(1, averageSize)));
    }
}
