package dev.gantry.cli;

import static java.util.Map.entry;

import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The options of Nomad's commands that the same command of Gantry does not have, and what becomes of each. Source: the
 * command reference of Nomad 1.10. Looked up only for an option that Gantry's command lacks.
 */
final class NomadOptions {

    /** Tells what {@link Arguments} does with an option of Nomad. */
    sealed interface Meaning {

        /** Returns true if the option has a value behind it. */
        default boolean takesValue() {
            return false;
        }

        /** Returns why the option is refused and what to do instead; empty if it is accepted. */
        default Optional<String> remedy(String value) {
            return Optional.empty();
        }

        /** Returns what the option is in Gantry; nothing if it asks for what Gantry does anyway. */
        default List<String> written(String value) {
            return List.of();
        }
    }

    /** A flag that asks for what Gantry does anyway. */
    private record Passes() implements Meaning {}

    /** A flag that asks for what Gantry does anyway, unless it is {@code false}. */
    private record PassesUnlessFalse(String otherwise) implements Meaning {

        @Override
        public Optional<String> remedy(String value) {
            return value.equals("false") ? Optional.of(otherwise) : Optional.empty();
        }
    }

    /** An option of which some values ask for what Gantry does anyway. */
    private record PassesWith(Set<String> values, String otherwise) implements Meaning {

        @Override
        public boolean takesValue() {
            return true;
        }

        @Override
        public Optional<String> remedy(String value) {
            return values.contains(value) ? Optional.empty() : Optional.of(otherwise);
        }
    }

    /** A flag that Gantry calls by another name. */
    private record FlagIs(String name) implements Meaning {

        @Override
        public List<String> written(String value) {
            return value.equals("false") ? List.of() : List.of(name);
        }
    }

    /** An option with a value that Gantry calls by another name. */
    private record Is(String name) implements Meaning {

        @Override
        public boolean takesValue() {
            return true;
        }

        @Override
        public List<String> written(String value) {
            return List.of(name + "=" + value);
        }
    }

    /** An option that can't be had. */
    private record Refused(String remedy) implements Meaning {

        @Override
        public Optional<String> remedy(String value) {
            return Optional.of(remedy);
        }
    }

    private static final Meaning PASSES = new Passes();
    private static final Meaning CONSUL = new Refused("Gantry has no Consul: services are in its own directory");
    private static final Meaning VAULT = new Refused("Gantry has no Vault: its own variables keep secrets");
    private static final Meaning PAGES = new Refused("Lists are shown whole: leave it out");
    private static final Meaning FILTER =
            new Refused("Gantry has no filter expressions: filter the output of --json, such as with jq");
    private static final Meaning PRIORITY =
            new Refused("An evaluation has the priority of its job: set priority in the job file");
    private static final Meaning DELAY =
            new Refused("The delay is that of the job: set shutdown_delay in the job file");
    private static final Meaning RUNNING = new Refused("Tasks that have ended are not run again: leave it out");
    private static final Meaning FOLLOW =
            new Refused("The command shows one moment: 'gantry job run' follows what it submits");
    private static final Meaning GROUP =
            new Refused("An allocation of a group is named by its id: gantry alloc status --job JOB lists them");
    private static final Meaning WORKLOAD = new Refused("A policy is given to tokens, not to jobs");
    private static final Meaning ROLES = new Refused("Gantry has no roles: name each policy with --policy POLICY");
    private static final Meaning OUT = new Refused("The output for programs is that of --json");

    /** Options of any command. */
    private static final Map<String, Meaning> EVERYWHERE = Map.ofEntries(
            entry("no-color", PASSES),
            entry("force-color", PASSES),
            entry("verbose", PASSES),
            entry("detach", PASSES),
            entry("y", PASSES),
            entry("yes", PASSES),
            entry(
                    "region",
                    new PassesWith(
                            Set.of("global"),
                            "Gantry has no regions: each cluster has a server of its own, which --address names")),
            entry(
                    "namespace",
                    new PassesWith(
                            Set.of("default", "*"),
                            "Gantry has no namespaces: policies of tokens tell jobs apart by their ids")),
            entry(
                    "token",
                    new Refused(
                            "Each user of this machine could read a token in a command line: set GANTRY_TOKEN, or name"
                                    + " its file with --token-file FILE")),
            entry("ca-cert", new Is("--ca-file")),
            entry("client-cert", new Is("--cert-file")),
            entry("client-key", new Is("--key-file")),
            entry("ca-path", new Refused("The CA is one file: --ca-file FILE")),
            entry(
                    "tls-skip-verify",
                    new Refused("Gantry always checks the server's certificate: --ca-file FILE names its CA")),
            entry("tls-server-name", new Refused("The server's certificate must have the host of --address")),
            entry("ui", new Refused("Gantry has no web interface")),
            entry("filter", FILTER),
            entry("per-page", PAGES),
            entry("page-token", PAGES),
            entry("eval-priority", PRIORITY),
            entry("no-shutdown-delay", DELAY),
            entry("policy-override", new Refused("Gantry has no Sentinel policies: leave it out")),
            entry("consul-token", CONSUL),
            entry("consul-namespace", CONSUL),
            entry("vault-token", VAULT),
            entry("vault-namespace", VAULT),
            // Job files.
            entry("hcl1", PASSES),
            entry(
                    "hcl2-strict",
                    new PassesUnlessFalse(
                            "A value for a variable that the file does not have is a fault: leave it out")));

    /** Options of certain commands. */
    private static final Map<String, Map<String, Meaning>> OF_COMMANDS = Map.ofEntries(
            of(
                    "job run",
                    entry(
                            "preserve-counts",
                            new Refused(
                                    "A job has the counts of its file: make the count a variable, and set it with --var")),
                    entry(
                            "preserve-resources",
                            new Refused(
                                    "A job has the resources of its file: make them variables, and set them with --var"))),
            of("job plan", entry("diff", new PassesUnlessFalse("A plan always shows what changes"))),
            of(
                    "job init",
                    entry("connect", CONSUL),
                    entry("template", new Refused("There is one example file")),
                    entry("list-templates", new Refused("There is one example file"))),
            of(
                    "job status",
                    entry("all-allocs", PASSES),
                    entry("evals", new Refused("Evaluations are shown by: gantry eval status JOB"))),
            of(
                    "job inspect",
                    entry("json", PASSES),
                    entry("hcl", new Refused("HCL is printed by: gantry job inspect JOB | gantry job convert -"))),
            of(
                    "job history",
                    entry(
                            "p",
                            new Refused("Two versions are compared by 'gantry job inspect --version N JOB' of each")),
                    entry("version", new Refused("A version is shown by: gantry job inspect --version N JOB")),
                    entry("diff-version", new Refused("A version is shown by: gantry job inspect --version N JOB")),
                    entry("diff-tag", new Refused("Gantry has no tags of versions"))),
            of("job scale", entry("check-index", new Refused("Nothing but the count changes: leave it out"))),
            of(
                    "job restart",
                    entry("all-tasks", RUNNING),
                    entry(
                            "on-error",
                            new PassesWith(Set.of("fail"), "The command ends with the first failure, as with fail")),
                    entry("batch-wait", new Refused("Each batch is waited for until it runs again: leave it out")),
                    entry(
                            "reschedule",
                            new Refused("An allocation gets another one in its place by: gantry alloc stop ID"))),
            of(
                    "job dispatch",
                    entry("id-prefix-template", new Refused("The server makes the id of the child")),
                    entry(
                            "idempotency-token",
                            new Refused(
                                    "The command itself repeats a call that broke off, and never runs a job twice")),
                    entry("priority", PRIORITY)),
            of("job stop", entry("global", PASSES)),
            of("deployment status", entry("monitor", FOLLOW), entry("wait", FOLLOW)),
            of("eval status", entry("monitor", FOLLOW)),
            of("alloc status", entry("stats", new Refused("Gantry measures no use of resources"))),
            of("alloc logs", entry("stdout", PASSES), entry("group", GROUP)),
            of("alloc fs", entry("H", PASSES), entry("group", GROUP)),
            of(
                    "alloc restart",
                    entry("all-tasks", RUNNING),
                    entry("reschedule", new Refused("It gets another one in its place by: gantry alloc stop ID"))),
            of(
                    "node status",
                    entry("stats", new Refused("Gantry measures no use of resources")),
                    entry("allocs", new Refused("Allocations of a node are shown by: gantry node status NODE")),
                    entry("quiet", new Refused("Ids are in the output of --json")),
                    entry("os", new Refused("Attributes of a node are shown by: gantry node status NODE"))),
            of(
                    "node drain",
                    entry("m", new Refused("Gantry keeps no notes of drains: leave it out")),
                    entry("meta", new Refused("Gantry keeps no notes of drains: leave it out"))),
            of(
                    "acl policy apply",
                    entry("description", new Refused("The file says it: description = \"TEXT\"")),
                    entry("job", WORKLOAD),
                    entry("group", WORKLOAD),
                    entry("task", WORKLOAD)),
            of("acl token create", entry("global", PASSES), entry("role-id", ROLES), entry("role-name", ROLES)),
            of("acl token update", entry("global", PASSES), entry("role-id", ROLES), entry("role-name", ROLES)),
            of(
                    "var put",
                    entry("force", PASSES),
                    entry(
                            "in",
                            new Refused(
                                    "All items are a JSON object of texts on standard input: gantry var put PATH -")),
                    entry("out", OUT),
                    entry("template", OUT)),
            of("var get", entry("out", OUT), entry("template", OUT)),
            of(
                    "var list",
                    entry("out", OUT),
                    entry("template", OUT),
                    entry("q", new Refused("Paths are in the output of --json"))),
            of("operator keyring rotate", entry("full", PASSES)),
            of("tls ca create", entry("common-name", new Is("--name"))),
            of(
                    "tls cert create",
                    entry("cli", new FlagIs("--client")),
                    entry("ca", new Is("--ca-cert")),
                    entry("key", new Is("--ca-key")),
                    entry("additional-dnsname", new Is("--dns")),
                    entry("additional-ipaddress", new Is("--ip"))));

    private NomadOptions() {}

    /**
     * Finds an option.
     *
     * @param command the words of Gantry's command, such as {@code job run}
     * @param name the option without dashes
     * @return what becomes of it; empty if the command of Nomad does not have it either
     */
    static Optional<Meaning> find(String command, String name) {
        return Optional.ofNullable(
                OF_COMMANDS.getOrDefault(command, Map.of()).getOrDefault(name, EVERYWHERE.get(name)));
    }

    /** Returns the options of all commands, as {@code COMMAND -NAME}; those of any command as {@code -NAME}. */
    static List<String> all() {
        return Stream.concat(
                        EVERYWHERE.keySet().stream().map(name -> "-" + name),
                        OF_COMMANDS.entrySet().stream()
                                .flatMap(command -> command.getValue().keySet().stream()
                                        .map(name -> command.getKey() + " -" + name)))
                .sorted()
                .toList();
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static Entry<String, Map<String, Meaning>> of(String command, Entry<String, Meaning>... options) {
        return entry(command, Map.ofEntries(options));
    }
}
