package dev.gantry.client;

import dev.gantry.v1.CheckType;
import dev.gantry.v1.JobType;
import dev.gantry.v1.Periodic;
import java.util.List;

/**
 * Describes jobs, to be read as a sentence.
 *
 * <pre>{@code
 * Job job = Jobs.service("web")
 *         .datacenters("dc1")
 *         .constraint("${driver.rkt.version}", ">", "1.2")
 *         .group(Jobs.group("front")
 *                 .count(2)
 *                 .task(Jobs.rkt("nginx", "/srv/images/nginx.aci").port("http").mapPort("http", "80-tcp")))
 *         .build();
 * }</pre>
 *
 * <p>What is left out gets the server's defaults. Nothing is checked here but by the server, which names each field at
 * fault. Builders are not safe for use by many threads; what they build is immutable.
 */
public final class Jobs {

    private Jobs() {}

    /**
     * A job that runs until it is stopped.
     *
     * @param id unique in the cluster: 1 to 128 characters of [A-Za-z0-9._-]
     * @return a builder
     */
    public static JobBuilder service(String id) {
        return new JobBuilder(id, JobType.JOB_TYPE_SERVICE);
    }

    /**
     * A job that runs until its tasks have ended with exit code 0.
     *
     * @param id unique in the cluster: 1 to 128 characters of [A-Za-z0-9._-]
     * @return a builder
     */
    public static JobBuilder batch(String id) {
        return new JobBuilder(id, JobType.JOB_TYPE_BATCH);
    }

    /**
     * A job that runs once on every node that fits.
     *
     * @param id unique in the cluster: 1 to 128 characters of [A-Za-z0-9._-]
     * @return a builder
     */
    public static JobBuilder system(String id) {
        return new JobBuilder(id, JobType.JOB_TYPE_SYSTEM);
    }

    /**
     * How a new version of a service replaces the one before: one allocation at a time, unless more is said.
     *
     * @return a builder
     */
    public static UpdateBuilder update() {
        return new UpdateBuilder();
    }

    /**
     * When allocations that have failed are placed anew.
     *
     * @return a builder
     */
    public static RescheduleBuilder reschedule() {
        return new RescheduleBuilder();
    }

    /**
     * Something to spread allocations over.
     *
     * @param attribute such as <code>${node.datacenter}</code>
     * @return a builder
     */
    public static SpreadBuilder spread(String attribute) {
        return new SpreadBuilder(attribute);
    }

    /**
     * Times at which to run a job.
     *
     * @param expression a cron expression as Nomad reads it: five fields, six with the year behind them, or seven with the
     *     second in front and the year behind
     * @return a builder
     */
    public static PeriodicBuilder cron(String expression) {
        return new PeriodicBuilder(Periodic.newBuilder().setCron(expression));
    }

    /**
     * Times at which to run a job: those of several expressions.
     *
     * @param expressions cron expressions as in {@link #cron}, 1 to 64
     * @return a builder
     */
    public static PeriodicBuilder crons(String... expressions) {
        return new PeriodicBuilder(Periodic.newBuilder().addAllCrons(List.of(expressions)));
    }

    /**
     * Tells that a service can be used by connecting to its port.
     *
     * @return a builder
     */
    public static CheckBuilder tcpCheck() {
        return new CheckBuilder(CheckType.CHECK_TYPE_TCP);
    }

    /**
     * Tells that a service can be used by getting a path; an answer of 200 to 299 passes.
     *
     * @param path the path, from /
     * @return a builder
     */
    public static CheckBuilder httpCheck(String path) {
        return new CheckBuilder(CheckType.CHECK_TYPE_HTTP).path(path);
    }

    /**
     * Tells that a service can be used by running a command in the pod; exit code 0 passes.
     *
     * @param command a path in the pod
     * @param arguments the command's arguments
     * @return a builder
     */
    public static CheckBuilder scriptCheck(String command, String... arguments) {
        return new CheckBuilder(CheckType.CHECK_TYPE_SCRIPT).command(command, arguments);
    }

    /**
     * Tasks that are placed together on one node.
     *
     * @param name unique in the job: 1 to 128 characters of [A-Za-z0-9._-]
     * @return a builder
     */
    public static TaskGroupBuilder group(String name) {
        return new TaskGroupBuilder(name);
    }

    /**
     * A pod that is run by rkt.
     *
     * @param name unique in the group: 1 to 128 characters of [A-Za-z0-9._-]
     * @param image what rkt can fetch: a path on the node, a URL ({@code https://…}, {@code docker://…}), a hash
     *     ({@code sha512-…}) or a name
     * @return a builder
     */
    public static RktTaskBuilder rkt(String name, String image) {
        return new RktTaskBuilder(name, image);
    }
}
