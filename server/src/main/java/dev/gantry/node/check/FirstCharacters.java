package dev.gantry.node.check;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** Reads the begin of a page and leaves the rest, however much it is. */
final class FirstCharacters implements BodySubscriber<String> {

    private final CompletableFuture<String> begin = new CompletableFuture<>();
    private final ByteBuffer kept = ByteBuffer.allocate(2048);
    private Flow.Subscription subscription;

    @Override
    public CompletionStage<String> getBody() {
        return begin;
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
        begin.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        begin.complete(StandardCharsets.UTF_8.decode(kept.flip()).toString().strip());
    }
}
