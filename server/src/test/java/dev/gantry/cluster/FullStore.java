package dev.gantry.cluster;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.store.Store;
import dev.gantry.store.StoreOverloadedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;

/** A real store that refuses writes until it is released: its writer is blocked and its queue is full. */
public final class FullStore {

    private final CountDownLatch held = new CountDownLatch(1);
    private CompletableFuture<?> last;

    private FullStore(Store store) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        last = store.write(transaction -> {
            begun.countDown();
            await();
            return null;
        });
        assertThat(begun.await(10, SECONDS)).isTrue();
        for (CompletableFuture<?> next = last; !isRefused(next); next = store.write(transaction -> null)) {
            last = next;
        }
    }

    public static FullStore of(Store store) throws InterruptedException {
        return new FullStore(store);
    }

    public void release() {
        held.countDown();
        last.join();
    }

    private static boolean isRefused(CompletableFuture<?> write) {
        if (!write.isCompletedExceptionally()) {
            return false;
        }
        try {
            write.join();
            return false;
        } catch (CompletionException e) {
            return e.getCause() instanceof StoreOverloadedException;
        }
    }

    private void await() {
        try {
            assertThat(held.await(60, SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
