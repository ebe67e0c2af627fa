package dev.gantry.node.check;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** Reads the beginning of an HTTP response, 2 KiB at most, and drops the rest. */
final class BodyPrefix implements BodySubscriber<String> {

    private final CompletableFuture<String> prefix = new CompletableFuture<>();
    private final ByteBuffer kept = ByteBuffer.allocate(2048);
    private Flow.Subscription subscription;

    @Override
    public CompletionStage<String> getBody() {
        return prefix;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscribed) {
        subscription = subscribed;
        subscription.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> pieces) {
        for (ByteBuffer piece : pieces) {
            int length = Math.min(piece.remaining(), kept.remaining());
            kept.put(piece.slice(piece.position(), length));
        }
        if (kept.hasRemaining()) {
            subscription.request(1);
        } else {
            subscription.cancel();
            onComplete();
        }
    }

    @Override
    public void onError(Throwable failure) {
        prefix.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        prefix.complete(StandardCharsets.UTF_8.decode(kept.flip()).toString().strip());
    }
}
