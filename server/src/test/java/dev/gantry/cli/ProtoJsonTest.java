package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.JsonFormat;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.TaskState;
import org.junit.jupiter.api.Test;

class ProtoJsonTest {

    @Test
    void a_time_that_only_an_old_database_holds_is_shown_as_the_last_that_there_is() {
        Timestamp never =
                Timestamp.newBuilder().setSeconds(Long.MAX_VALUE).setNanos(-1).build();
        Allocation allocation = Allocation.newBuilder()
                .setId("5e0b39f0")
                .addTaskStates(TaskState.newBuilder()
                        .setTask("web")
                        .setStartTime(never)
                        .addEvents(TaskEvent.newBuilder().setTime(never)))
                .build();

        assertThat(ProtoJson.of(allocation))
                .contains("\"startTime\": \"9999-12-31T23:59:59.999999999Z\"")
                .contains("\"time\": \"9999-12-31T23:59:59.999999999Z\"");
    }

    @Test
    void characters_stand_as_they_are_and_the_json_says_the_same() throws InvalidProtocolBufferException {
        Allocation allocation = Allocation.newBuilder()
                .setId("a=b<c>'d'&\u0001")
                .setDescription("\\u003d \\\\u003d \\=\u2028\"")
                .build();

        String json = ProtoJson.of(allocation);

        assertThat(json).contains("\"a=b<c>'d'&\\u0001\"").contains("\\\\u003d");
        Allocation.Builder read = Allocation.newBuilder();
        JsonFormat.parser().merge(json, read);
        assertThat(read.build()).isEqualTo(allocation);
    }
}
