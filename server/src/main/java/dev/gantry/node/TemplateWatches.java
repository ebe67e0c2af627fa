package dev.gantry.node;

import dev.gantry.node.template.TemplateSource;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.TemplateData;
import dev.gantry.v1.TemplateWatch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Watches at the server what the templates of tasks look up. Each session begins with all watches anew. There are at most as
 * many as there are tasks. Owned by the owner thread.
 */
public final class TemplateWatches implements TemplateSource {

    private final Map<Key, Consumer<TemplateData>> listeners = new LinkedHashMap<>();

    /** Messages for the server, the newest of each task: true if the watch begins. */
    private final Map<Key, Boolean> news = new LinkedHashMap<>();

    private Runnable newsListener = () -> {};

    private record Key(String allocationId, String task) {}

    /** Makes an object without watches. */
    public TemplateWatches() {}

    /** Sets the listener that is called when there is something to send. */
    void onNews(Runnable listener) {
        newsListener = listener;
    }

    @Override
    public Runnable watch(String allocationId, String task, Consumer<TemplateData> listener) {
        Key key = new Key(allocationId, task);
        listeners.put(key, listener);
        tell(key, true);
        return () -> {
            if (listeners.remove(key, listener)) {
                tell(key, false);
            }
        };
    }

    private void tell(Key key, boolean begins) {
        news.put(key, begins);
        newsListener.run();
    }

    /** Begins a session: the server knows no watch of it. */
    void beginSession() {
        news.clear();
        listeners.keySet().forEach(key -> news.put(key, true));
    }

    /**
     * Sends what the server has not been told yet.
     *
     * @param sender sends a message to the server, which has registered this node
     */
    void send(Consumer<ConnectRequest> sender) {
        news.forEach((key, begins) -> sender.accept(ConnectRequest.newBuilder()
                .setTemplateWatch(TemplateWatch.newBuilder()
                        .setAllocationId(key.allocationId())
                        .setTask(key.task())
                        .setEnd(!begins))
                .build()));
        news.clear();
    }

    /** Hands data on; ignores data that nobody watches any more. */
    void received(TemplateData data) {
        listeners
                .getOrDefault(new Key(data.getAllocationId(), data.getTask()), ignored -> {})
                .accept(data);
    }
}
