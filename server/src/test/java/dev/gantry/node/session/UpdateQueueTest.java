package dev.gantry.node.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.AllocationUpdates;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.TaskState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UpdateQueueTest {

    private final UpdateQueue queue = new UpdateQueue();

    @Test
    void only_the_newest_update_of_each_allocation_is_sent() {
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
    void one_message_is_in_flight_at_a_time() {
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
    void messages_are_bounded_in_bytes_and_no_update_is_lost() {
        String text = "x".repeat(1000);
        for (int i = 0; i < 3000; i++) {
            queue.put(update("a" + i, ClientStatus.CLIENT_STATUS_RUNNING).toBuilder()
                    .setDescription(text.repeat(i % 10))
                    .build());
        }
        List<String> sent = new ArrayList<>();
        for (var next = queue.next(); next.isPresent(); next = queue.next()) {
            assertThat(next.get().getSerializedSize()).isLessThan((1 << 20) + 20_000);
            next.get().getUpdatesList().forEach(update -> sent.add(update.getAllocationId()));
            queue.acknowledge(next.get().getSequence());
        }

        assertThat(sent).hasSize(3000).doesNotHaveDuplicates();
    }

    @Test
    void an_update_above_the_limit_of_servers_is_cut_and_can_be_acknowledged() {
        AllocationUpdate.Builder whole = update("a", ClientStatus.CLIENT_STATUS_RUNNING).toBuilder();
        for (int i = 0; i < 2000; i++) {
            TaskState.Builder state = TaskState.newBuilder().setTask("task-" + i);
            for (int event = 0; event < 10; event++) {
                state.addEvents(TaskEvent.newBuilder().setType("Started").setMessage(event + "é".repeat(1000)));
            }
            whole.addTaskStates(state);
        }
        assertThat(whole.build().getSerializedSize()).isGreaterThan(16 << 20);
        queue.put(whole.build());

        AllocationUpdates sent = queue.next().orElseThrow();

        assertThat(sent.getSerializedSize()).isLessThan(4 << 20);
        assertThat(sent.getUpdates(0).getTaskStatesCount()).isEqualTo(2000);
        assertThat(sent.getUpdates(0).getTaskStates(7).getEvents(0).getMessage())
                .startsWith("9é");
        assertThat(queue.acknowledge(sent.getSequence())).containsExactly(whole.build());
    }

    @Test
    void an_unacknowledged_update_is_sent_again_unless_there_is_a_newer_one() {
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
    void an_acknowledgement_of_another_sequence_is_ignored() {
        queue.put(update("a", ClientStatus.CLIENT_STATUS_PENDING));
        assertThat(queue.next()).isPresent();

        assertThat(queue.acknowledge(9)).isEmpty();
        assertThat(queue.isEmpty()).isFalse();
        assertThat(queue.acknowledge(1)).hasSize(1);
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void many_updates_are_sent_in_several_messages_and_none_is_lost() {
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
