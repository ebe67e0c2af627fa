package dev.gantry.client;

import dev.gantry.v1.CheckType;
import dev.gantry.v1.JobType;
import dev.gantry.v1.Periodic;
import dev.gantry.v1.Template;
import java.util.List;

/**
 * Makes builders of jobs.
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
 * <p>The server sets defaults of unset fields and validates jobs; it names each invalid field. Builders are not
 * thread-safe; the messages they build are immutable.
 */
public final class Jobs {

    private Jobs() {}

    /**
     * Makes a builder of a service job, which runs until it is stopped.
     *
     * @param id unique in the cluster: 1 to 128 characters of [A-Za-z0-9._-]
     * @return a builder
     */
    public static JobBuilder service(String id) {
        return new JobBuilder(id, JobType.JOB_TYPE_SERVICE);
    }

    /**
     * Makes a builder of a batch job, which runs until its tasks have ended with exit code 0.
     *
     * @param id unique in the cluster: 1 to 128 characters of [A-Za-z0-9._-]
     * @return a builder
     */
    public static JobBuilder batch(String id) {
        return new JobBuilder(id, JobType.JOB_TYPE_BATCH);
    }

    /**
     * Makes a builder of a system job, which runs once on every suitable node.
     *
     * @param id unique in the cluster: 1 to 128 characters of [A-Za-z0-9._-]
     * @return a builder
     */
    public static JobBuilder system(String id) {
        return new JobBuilder(id, JobType.JOB_TYPE_SYSTEM);
    }

    /**
     * Makes a builder of an update strategy. Its default replaces one allocation at a time.
     *
     * @return a builder
     */
    public static UpdateBuilder update() {
        return new UpdateBuilder();
    }

    /**
     * Makes a builder of a reschedule policy, for failed allocations.
     *
     * @return a builder
     */
    public static RescheduleBuilder reschedule() {
        return new RescheduleBuilder();
    }

    /**
     * Makes a builder of a spread.
     *
     * @param attribute the property whose values the allocations are distributed over, such as
     *     <code>${node.datacenter}</code>
     * @return a builder
     */
    public static SpreadBuilder spread(String attribute) {
        return new SpreadBuilder(attribute);
    }

    /**
     * Makes a builder of a periodic job's times.
     *
     * @param expression a cron expression in Nomad's syntax: five fields, six with the year behind them, or seven with
     *     the second in front and the year behind
     * @return a builder
     */
    public static PeriodicBuilder cron(String expression) {
        return new PeriodicBuilder(Periodic.newBuilder().setCron(expression));
    }

    /**
     * Makes a builder of a periodic job's times, from several expressions.
     *
     * @param expressions cron expressions as in {@link #cron}, 1 to 64
     * @return a builder
     */
    public static PeriodicBuilder crons(String... expressions) {
        return new PeriodicBuilder(Periodic.newBuilder().addAllCrons(List.of(expressions)));
    }

    /**
     * Describes files that a node fetches for a task.
     *
     * @param source a URL: {@code https://HOST/PATH}, {@code git::https://HOST/PATH} or {@code file:///PATH}
     * @return a builder
     */
    public static ArtifactBuilder artifact(String source) {
        return new ArtifactBuilder(source);
    }

    /**
     * Makes a builder of a file that the node of a task renders. What templates can do is in docs/templates.md.
     *
     * @param destination the file, below {@code local/}, {@code secrets/} or {@code alloc/}
     * @param data the template
     * @return a builder
     */
    public static TemplateBuilder template(String destination, String data) {
        return new TemplateBuilder(
                Template.newBuilder().setDestination(destination).setData(data));
    }

    /**
     * Makes a builder of a file that the node of a task renders from another file of the task.
     *
     * @param destination the file, below {@code local/}, {@code secrets/} or {@code alloc/}
     * @param source the file with the template, below {@code local/} or {@code secrets/}
     * @return a builder
     */
    public static TemplateBuilder templateFile(String destination, String source) {
        return new TemplateBuilder(
                Template.newBuilder().setDestination(destination).setSource(source));
    }

    /**
     * Makes a builder of a check that connects to the service's port.
     *
     * @return a builder
     */
    public static CheckBuilder tcpCheck() {
        return new CheckBuilder(CheckType.CHECK_TYPE_TCP);
    }

    /**
     * Makes a builder of a check that sends an HTTP request; a status of 200 to 299 passes.
     *
     * @param path the path, from /
     * @return a builder
     */
    public static CheckBuilder httpCheck(String path) {
        return new CheckBuilder(CheckType.CHECK_TYPE_HTTP).path(path);
    }

    /**
     * Makes a builder of a check that asks by the gRPC Health Checking Protocol; {@code SERVING} passes.
     *
     * @param service the service that is asked for; empty for the server as a whole
     * @return a builder
     */
    public static CheckBuilder grpcCheck(String service) {
        return new CheckBuilder(CheckType.CHECK_TYPE_GRPC).grpcService(service);
    }

    /**
     * Makes a builder of a check that runs a command in the pod; exit code 0 passes.
     *
     * @param command a path in the pod
     * @param arguments the command's arguments
     * @return a builder
     */
    public static CheckBuilder scriptCheck(String command, String... arguments) {
        return new CheckBuilder(CheckType.CHECK_TYPE_SCRIPT).command(command, arguments);
    }

    /**
     * Makes a builder of a task group. Its tasks are placed together on one node.
     *
     * @param name unique in the job: 1 to 128 characters of [A-Za-z0-9._-]
     * @return a builder
     */
    public static TaskGroupBuilder group(String name) {
        return new TaskGroupBuilder(name);
    }

    /**
     * Makes a builder of a task that rkt runs as a pod.
     *
     * @param name unique in the group: 1 to 128 characters of [A-Za-z0-9._-]
     * @param image an image that rkt can fetch: a path on the node, a URL ({@code https://…}, {@code docker://…}), a
     *     hash ({@code sha512-…}) or a name
     * @return a builder
     */
    public static RktTaskBuilder rkt(String name, String image) {
        return new RktTaskBuilder(name, image);
    }
}
