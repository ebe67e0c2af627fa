package dev.gantry.cluster.job;

import dev.gantry.cluster.Identifiers;
import dev.gantry.cluster.InvalidFieldException;
import dev.gantry.cluster.RefusedException;
import dev.gantry.cluster.RequestIdReusedException;
import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.cluster.evaluation.Evaluations;
import dev.gantry.model.ParentJobs;
import dev.gantry.store.Store;
import dev.gantry.store.Submission;
import dev.gantry.store.WriteTransaction;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.Parameterized;
import dev.gantry.v1.PayloadRule;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Creates children of parameterized jobs. */
public final class Dispatcher {

    /** The largest payload, in bytes, as in Nomad. */
    public static final int LARGEST_PAYLOAD = 16 * 1024;

    private static final int UNIQUE_CHARACTERS = 8;

    private final Store store;
    private final Evaluations evaluations;
    private final Identifiers identifiers;
    private final InstantSource clock;

    /**
     * Creates a dispatcher.
     *
     * @param store the store with the jobs
     * @param evaluations creates evaluations of children
     * @param identifiers creates the unique ends of children's ids
     * @param clock tells when a child is dispatched
     */
    public Dispatcher(Store store, Evaluations evaluations, Identifiers identifiers, InstantSource clock) {
        this.store = store;
        this.evaluations = evaluations;
        this.identifiers = identifiers;
        this.clock = clock;
    }

    /**
     * Creates a child of a parameterized job and queues an evaluation for it.
     *
     * @param jobId the parameterized job
     * @param dispatch payload and meta
     * @return the child. Fails with {@link UnknownObjectException}, with {@link InvalidFieldException} if payload or
     *     meta do not meet the job's declaration, with {@link RefusedException} if the job is not parameterized or is
     *     stopped, or with {@link RequestIdReusedException}
     */
    public CompletableFuture<Child> dispatch(String jobId, Dispatch dispatch) {
        Instant now = clock.instant();
        return store.writeOfClient(transaction -> {
            return Child.answered(transaction, Submission.Kind.DISPATCH, dispatch.requestId(), jobId)
                    .orElseGet(() -> dispatch(transaction, jobId, dispatch, now));
        });
    }

    private Child dispatch(WriteTransaction transaction, String jobId, Dispatch dispatch, Instant now) {
        JobRecord parent = transaction.job(jobId).orElseThrow(() -> new UnknownObjectException("job", jobId));
        check(parent, dispatch);
        String unique = identifiers.next().substring(0, UNIQUE_CHARACTERS);
        Job.Builder job = parent.getJob().toBuilder()
                .setId(ParentJobs.dispatchedChild(jobId, now.getEpochSecond(), unique))
                .setPayload(dispatch.payload())
                .putAllMeta(dispatch.meta());
        checkSize(parent.getJob(), job.build(), dispatch);
        Child child = Child.put(
                transaction, evaluations, parent.getJob(), job, EvaluationTrigger.EVALUATION_TRIGGER_DISPATCH, now);
        child.remember(transaction, Submission.Kind.DISPATCH, dispatch.requestId(), now);
        return child;
    }

    private static void check(JobRecord parent, Dispatch dispatch) {
        String jobId = parent.getJob().getId();
        if (!parent.getJob().hasParameterized()) {
            throw new RefusedException(
                    parent.getJob().hasPeriodic()
                            ? "Job %s is periodic, not parameterized: it runs at its times, and at once when it is forced"
                                    .formatted(jobId)
                            : "Job %s is not parameterized; submit it to run it".formatted(jobId));
        }
        if (parent.getStopped()) {
            throw new RefusedException("Job %s is stopped; submit it again first".formatted(jobId));
        }
        Parameterized rules = parent.getJob().getParameterized();
        checkPayload(rules.getPayload(), dispatch);
        checkMeta(rules, dispatch.meta().keySet());
    }

    private static void checkPayload(PayloadRule rule, Dispatch dispatch) {
        int size = dispatch.payload().size();
        if (size > LARGEST_PAYLOAD) {
            throw new InvalidFieldException(
                    "payload", "is %d bytes long; the limit is %d".formatted(size, LARGEST_PAYLOAD));
        }
        if (rule == PayloadRule.PAYLOAD_RULE_REQUIRED && size == 0) {
            throw new InvalidFieldException("payload", "is missing: the job requires one");
        }
        if (rule == PayloadRule.PAYLOAD_RULE_FORBIDDEN && size > 0) {
            throw new InvalidFieldException("payload", "must be left out: the job forbids one");
        }
    }

    /** Checks the size of a child: like any job, it is sent as a whole to each node that runs it. */
    private static void checkSize(Job parent, Job child, Dispatch dispatch) {
        int size = child.getSerializedSize();
        int meta = dispatch.meta().entrySet().stream()
                .mapToInt(entry -> utf8Length(entry.getKey()) + utf8Length(entry.getValue()))
                .sum();
        // Defaults that were filled in may have made the parent larger than the limit.
        if (size > ParentJobs.LARGEST_JOB && meta + dispatch.payload().size() > 0) {
            throw new InvalidFieldException(
                    "meta",
                    "makes a job of %d bytes, with %d of the parent, %d of meta and %d of payload; the limit is %d"
                            .formatted(
                                    size,
                                    parent.getSerializedSize(),
                                    meta,
                                    dispatch.payload().size(),
                                    ParentJobs.LARGEST_JOB));
        }
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static void checkMeta(Parameterized rules, Set<String> keys) {
        rules.getMetaRequiredList().stream()
                .filter(key -> !keys.contains(key))
                .findFirst()
                .ifPresent(key -> {
                    throw new InvalidFieldException("meta." + key, "is missing: the job requires it");
                });
        Set<String> unknown = new HashSet<>(keys);
        unknown.removeAll(rules.getMetaRequiredList());
        unknown.removeAll(rules.getMetaOptionalList());
        unknown.stream().sorted().findFirst().ifPresent(key -> {
            throw new InvalidFieldException("meta." + key, "is not a key that the job takes: leave it out");
        });
    }
}
