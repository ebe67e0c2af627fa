package dev.gantry.cluster.node;

import com.google.protobuf.ByteString;
import dev.gantry.cluster.watch.WatchHub;
import dev.gantry.cluster.watch.WatchHub.ServiceTopic;
import dev.gantry.cluster.watch.WatchHub.Topic;
import dev.gantry.cluster.watch.WatchHub.VariableTopic;
import dev.gantry.template.Lookup;
import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.TaskVariables;
import dev.gantry.v1.TemplateData;
import dev.gantry.v1.TemplateWatch;
import dev.gantry.v1.VariablesRequest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * What one session tells its node for templates. Keeps of each watch only what it looks up and a digest of what was sent, so
 * that a slow node takes no memory; a change that comes while an earlier one waits leads to one message.
 */
final class TemplateFeeds {

    /** The most tasks whose templates a node watches. */
    static final int MOST = 10_000;

    private final TemplateAnswers answers;
    private final WatchHub hub;
    private final NodeConnection connection;
    private final Runnable push;

    /** The newest wish of the node for each task that was not looked at yet. */
    private final ConcurrentMap<Key, TemplateWatch> wishes = new ConcurrentHashMap<>();

    /** Owned by the runs of push. */
    private final Map<Key, Feed> feeds = new HashMap<>();

    private record Key(String allocationId, String task) {}

    /** A watch. */
    private static final class Feed {

        private final Set<Lookup> lookups;
        private final List<Topic> topics;
        private final Runnable wake;

        /** True if something may have changed. Any thread sets it. */
        private volatile boolean isDue = true;

        /** True while a message waits to be recorded. */
        private volatile boolean isBeingSent;

        /** The digest of the last message. */
        private ByteString sent = ByteString.EMPTY;

        Feed(Set<Lookup> lookups, Runnable push) {
            this.lookups = lookups;
            this.topics = lookups.stream().map(Feed::topic).distinct().toList();
            this.wake = () -> {
                isDue = true;
                push.run();
            };
        }

        private static Topic topic(Lookup lookup) {
            return lookup instanceof Lookup.OfService service
                    ? new ServiceTopic(service.name())
                    : new VariableTopic(((Lookup.OfVariable) lookup).path());
        }
    }

    /**
     * Makes the feeds of a session.
     *
     * @param answers finds what is told
     * @param hub wakes the feeds
     * @param connection the node's stream
     * @param push requests a call of {@link #push}; never blocks
     */
    TemplateFeeds(TemplateAnswers answers, WatchHub hub, NodeConnection connection, Runnable push) {
        this.answers = answers;
        this.hub = hub;
        this.connection = connection;
        this.push = push;
    }

    /** Takes a wish of the node. Never blocks. Returns false if there are too many. */
    boolean take(TemplateWatch wish) {
        wishes.put(new Key(wish.getAllocationId(), wish.getTask()), wish);
        push.run();
        return wishes.size() <= MOST;
    }

    /**
     * Sends what has changed, as far as the node takes it. May block on the database. Calls must not overlap.
     *
     * @return false if the node has more watches than it may have
     */
    boolean push(String nodeId) {
        for (Map.Entry<Key, TemplateWatch> wish : List.copyOf(wishes.entrySet())) {
            wishes.remove(wish.getKey(), wish.getValue());
            end(wish.getKey());
            if (!wish.getValue().getEnd()) {
                begin(nodeId, wish.getKey());
            }
        }
        for (Map.Entry<Key, Feed> feed : new ArrayList<>(feeds.entrySet())) {
            if (!connection.isReady()) {
                break;
            }
            if (feed.getValue().isDue && !feed.getValue().isBeingSent) {
                feed.getValue().isDue = false;
                send(nodeId, feed.getKey(), feed.getValue());
            }
        }
        return feeds.size() <= MOST;
    }

    /** Ends all feeds. The calls of {@link #push} are over, or this call is one of them. */
    void close() {
        List.copyOf(feeds.keySet()).forEach(this::end);
        wishes.clear();
    }

    private void begin(String nodeId, Key key) {
        Optional<Set<Lookup>> lookups = answers.lookups(nodeId, key.allocationId(), key.task());
        if (lookups.isEmpty()) {
            connection.send(message(TemplateData.newBuilder()
                    .setAllocationId(key.allocationId())
                    .setTask(key.task())
                    .setError(NodeTasks.missing(key.allocationId(), key.task()))
                    .build()));
            return;
        }
        Feed feed = new Feed(lookups.get(), push);
        feeds.put(key, feed);
        feed.topics.forEach(topic -> hub.watch(topic, feed.wake));
    }

    private void end(Key key) {
        Feed feed = feeds.remove(key);
        if (feed != null) {
            feed.topics.forEach(topic -> hub.unwatch(topic, feed.wake));
        }
    }

    private void send(String nodeId, Key key, Feed feed) {
        TemplateData data = answers.data(nodeId, key.allocationId(), key.task(), feed.lookups);
        ByteString digest = digest(data);
        if (digest.equals(feed.sent)) {
            return;
        }
        feed.sent = digest;
        if (data.getVariablesCount() == 0) {
            connection.send(message(data));
            return;
        }
        feed.isBeingSent = true;
        VariablesRequest request = VariablesRequest.newBuilder()
                .setAllocationId(key.allocationId())
                .setTask(key.task())
                .build();
        TaskVariables read = TaskVariables.newBuilder()
                .addAllVariables(data.getVariablesList())
                .build();
        var unused = connection.reading(request, read).thenRun(() -> {
            connection.send(message(data));
            feed.isBeingSent = false;
            push.run();
        });
    }

    private static ConnectResponse message(TemplateData data) {
        return ConnectResponse.newBuilder().setTemplateData(data).build();
    }

    /** Returns a digest, since the data may be large and secret. Maps are in the order in which they were read: equal data has mostly the same. */
    private static ByteString digest(TemplateData data) {
        try {
            return ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(data.toByteArray()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Java lacks SHA-256", e);
        }
    }
}
