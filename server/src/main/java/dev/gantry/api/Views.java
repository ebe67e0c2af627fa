package dev.gantry.api;

import com.google.protobuf.ProtocolMessageEnum;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.Node;
import dev.gantry.v1.Parameterized;
import dev.gantry.v1.Periodic;
import dev.gantry.v1.View;

/** Makes the stubs that lists return for {@code VIEW_BASIC}, and reads views and orders from requests. */
final class Views {

    private static final String DESCENDING = " desc";
    private static final String OF_DRIVERS = "driver.";

    private Views() {}

    /**
     * Returns true if the request asks for whole objects.
     *
     * @throws InvalidRequestException if it is no known view
     */
    static boolean isFull(View view) {
        refuseUnknown("view", view);
        return view == View.VIEW_FULL;
    }

    /**
     * Refuses an enum value that this server does not know. Without this check it would mean "no filter".
     *
     * @throws InvalidRequestException if the value is unknown
     */
    static void refuseUnknown(String field, ProtocolMessageEnum value) {
        if (value instanceof Enum<?> constant && constant.name().equals("UNRECOGNIZED")) {
            throw new InvalidRequestException(field, "is a number that this server does not know");
        }
    }

    /**
     * Returns true if the list is requested in descending order, in the syntax of AIP-132.
     *
     * @param field the field that the list is ordered by
     * @throws InvalidRequestException if the request names another field
     */
    static boolean isDescending(String orderBy, String field) {
        String order = orderBy.strip().replaceAll(" +", " ");
        if (!order.isEmpty() && !order.equals(field) && !order.equals(field + DESCENDING)) {
            throw new InvalidRequestException(
                    "order_by",
                    "\"%s\" is no order of this list: use \"%s\" or \"%s desc\"".formatted(orderBy, field, field));
        }
        return order.endsWith(DESCENDING);
    }

    static JobRecord basic(JobRecord record) {
        Job job = record.getJob();
        Job.Builder basic = Job.newBuilder()
                .setId(job.getId())
                .setName(job.getName())
                .setType(job.getType())
                .setPriority(job.getPriority())
                .addAllDatacenters(job.getDatacentersList())
                .setParentId(job.getParentId());
        if (job.hasPeriodic()) {
            basic.setPeriodic(Periodic.getDefaultInstance());
        }
        if (job.hasParameterized()) {
            basic.setParameterized(Parameterized.getDefaultInstance());
        }
        return record.toBuilder().setJob(basic).build();
    }

    static Allocation basic(Allocation allocation) {
        return allocation.toBuilder()
                .clearTaskStates()
                .clearChecks()
                .clearRescheduleTimes()
                .clearRescheduleStep()
                .clearSticky()
                .build();
    }

    static Evaluation basic(Evaluation evaluation) {
        Evaluation.Builder basic = evaluation.toBuilder().clearScores();
        basic.getFailuresBuilderList()
                .forEach(failure -> failure.clearFiltered().clearExhausted().clearScores());
        return basic.build();
    }

    static Node basic(Node node) {
        Node.Builder basic = node.toBuilder().clearMeta().clearAttributes().clearRestrictions();
        node.getAttributesMap().forEach((name, value) -> {
            if (name.startsWith(OF_DRIVERS)) {
                basic.putAttributes(name, value);
            }
        });
        return basic.build();
    }
}
