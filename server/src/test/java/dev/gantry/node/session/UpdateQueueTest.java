package dev.gantry.node.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.AllocationUpdates;
import dev.gantry.v1.ClientStatus;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UpdateQueueTest {

    private final UpdateQueue queue = new UpdateQueue();

    @Test
    void of_each_allocation_only_the_newest_word_is_sent() {
        queue.put(update("a", ClientStatus.CLIENT_STATUS_PENDING));
        queue.put(update("b", ClientStatus.CLIENT_STATUS_PENDING));
        queue.put(update("a", ClientStatus.CLIENT_STATUS_RUNNING));

        AllocationUpdates sent = queue.next().orElseThrow();

        assertThat(sent.getSequence()).isEqualTo(1);
        assertThat(sent.getUpdatesList())
                .containsExactlyInAnyOrder(
                        update("a", ClientStatus.CLIENT_STATUS_RUNNING),
                        update("b", ClientStatus.CLIENT_STATUS_PENDING));
    }

    @Test
    void one_message_is_on_its_way_at_a_time() {
        queue.put(update("a", ClientStatus.CLIENT_STATUS_PENDING));
        AllocationUpdates first = queue.next().orElseThrow();
        queue.put(update("a", ClientStatus.CLIENT_STATUS_RUNNING));

        assertThat(queue.next()).isEmpty();
        assertThat(queue.acknowledge(first.getSequence())).containsExactlyElementsOf(first.getUpdatesList());
        assertThat(queue.next()).hasValueSatisfying(next -> {
            assertThat(next.getSequence()).isEqualTo(2);
            assertThat(next.getUpdatesList()).containsExactly(update("a", ClientStatus.CLIENT_STATUS_RUNNING));
        });
    }

    @Test
    void what_was_not_acknowledged_is_sent_again_unless_there_is_newer() {
        queue.put(update("a", ClientStatus.CLIENT_STATUS_PENDING));
        queue.put(update("b", ClientStatus.CLIENT_STATUS_PENDING));
        assertThat(queue.next()).isPresent();
        queue.put(update("a", ClientStatus.CLIENT_STATUS_FAILED));

        queue.beginSession();

        assertThat(queue.isEmpty()).isFalse();
        assertThat(queue.next()).hasValueSatisfying(next -> {
            assertThat(next.getSequence()).isEqualTo(1);
            assertThat(next.getUpdatesList())
                    .containsExactlyInAnyOrder(
                            update("a", ClientStatus.CLIENT_STATUS_FAILED),
                            update("b", ClientStatus.CLIENT_STATUS_PENDING));
        });
    }

    @Test
    void an_acknowledgement_of_something_else_acknowledges_nothing() {
        queue.put(update("a", ClientStatus.CLIENT_STATUS_PENDING));
        assertThat(queue.next()).isPresent();

        assertThat(queue.acknowledge(9)).isEmpty();
        assertThat(queue.isEmpty()).isFalse();
        assertThat(queue.acknowledge(1)).hasSize(1);
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void many_go_out_in_pieces_and_none_is_left_out() {
        for (int i = 0; i < 600; i++) {
            queue.put(update("a" + i, ClientStatus.CLIENT_STATUS_RUNNING));
        }
        List<AllocationUpdate> sent = new ArrayList<>();
        for (var next = queue.next(); next.isPresent(); next = queue.next()) {
            assertThat(next.get().getUpdatesCount()).isLessThanOrEqualTo(256);
            sent.addAll(queue.acknowledge(next.get().getSequence()));
        }

        assertThat(sent)
                .extracting(AllocationUpdate::getAllocationId)
                .doesNotHaveDuplicates()
                .hasSize(600);
    }

    private static AllocationUpdate update(String id, ClientStatus status) {
        return AllocationUpdate.newBuilder()
                .setAllocationId(id)
                .setClientStatus(status)
                .build();
    }
}
