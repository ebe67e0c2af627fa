package dev.gantry.cli;

import static java.util.Map.entry;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The commands of Nomad 0.8 and 1.10 that Gantry calls by other words, or does not have. Looked up only for words that are
 * no command.
 */
final class NomadCommands {

    /** How an answer begins that is a command. */
    private static final String COMMAND = "gantry ";

    /** The most words of a command. */
    private static final int LONGEST = 3;

    private static final String SHARED_DATABASE =
            "servers that are started with the same --db are one cluster; 'gantry server members' shows them";
    private static final String NO_GOSSIP =
            "servers do not gossip; 'gantry tls ca create' and 'gantry tls cert create' make"
                    + " the certificates of a cluster";
    private static final String NO_ACL =
            "policies are given to tokens directly: gantry acl token create --policy POLICY";
    private static final String NODE_OPTIONS = "a node takes its settings from the options of 'gantry node'";

    /** Nomad's commands, and the command of Gantry that does the same, or why there is none and what to do instead. */
    private static final Map<String, String> ANSWERS = Map.ofEntries(
            entry("run", "gantry job run FILE"),
            entry("plan", "gantry job plan FILE"),
            entry("validate", "gantry job validate FILE"),
            entry("init", "gantry job init [FILE]"),
            entry("fmt", "gantry job fmt FILE..."),
            entry("inspect", "gantry job inspect JOB"),
            entry("stop", "gantry job stop JOB"),
            entry("scale", "gantry job scale JOB [GROUP] COUNT"),
            entry("job allocs", "gantry alloc status --job JOB"),
            entry("job deployments", "gantry deployment list --job JOB"),
            entry("logs", "gantry alloc logs ID [TASK]"),
            entry("fs", "gantry alloc fs ID [PATH]"),
            entry("alloc checks", "gantry alloc status ID"),
            entry("alloc-status", "gantry alloc status [ID]"),
            entry("eval-status", "gantry eval status ID|JOB"),
            entry("eval list", "gantry eval status JOB"),
            entry("eval delete", "gantry system gc"),
            entry("node-status", "gantry node status [NODE]"),
            entry("node-drain", "gantry node drain --enable|--disable NODE"),
            entry("node config", "gantry node status NODE"),
            entry("status", "gantry job status [JOB]"),
            entry("agent-info", "gantry status"),
            entry("check", "gantry status"),
            entry("server-members", "gantry server members"),
            entry("acl policy info", "gantry acl policy read NAME"),
            entry("acl token info", "gantry acl token read ACCESSOR"),
            entry("var purge", "gantry var delete PATH"),
            entry("operator root keyring", "gantry operator keyring list"),
            entry("agent", "its parts are 'gantry server' and 'gantry node', or both in one process: 'gantry dev'"),
            entry("exec", "on the node, 'rkt enter POD' runs a command in the pod that 'gantry alloc status' names"),
            entry(
                    "alloc exec",
                    "on the node, 'rkt enter POD' runs a command in the pod that 'gantry alloc status' names"),
            entry("alloc pause", "tasks have no schedules: 'gantry alloc signal' sends a signal"),
            entry("job action", "jobs have no actions: 'gantry alloc signal' sends a signal"),
            entry("job tag", "versions have no tags: 'gantry job history' numbers them"),
            entry("job start", "'gantry job run FILE' or 'gantry job revert JOB VERSION' starts a stopped job"),
            entry("deployment unblock", "a deployment is of one region"),
            entry("service delete", "services end with their allocations"),
            entry("client-config", NODE_OPTIONS),
            entry("node meta", "meta is set by 'gantry node --meta KEY=VALUE'"),
            entry("node pool", "nodes are told apart by --class and --meta of 'gantry node', and constraints"),
            entry("node intro", "a node joins with a token: gantry acl token create --type join"),
            entry("server join", SHARED_DATABASE),
            entry("server force-leave", SHARED_DATABASE),
            entry("server-join", SHARED_DATABASE),
            entry("server-force-leave", SHARED_DATABASE),
            entry("keygen", NO_GOSSIP),
            entry("keyring", NO_GOSSIP),
            entry("operator gossip", NO_GOSSIP),
            entry("operator keygen", NO_GOSSIP),
            entry("operator raft transfer-leadership", "gantry operator leader transfer"),
            entry("operator raft", SHARED_DATABASE),
            entry("operator autopilot", SHARED_DATABASE),
            entry("operator api", "the API is gRPC: grpcurl calls it"),
            entry("operator debug", "servers and nodes log to standard error"),
            entry("operator metrics", "'gantry status' counts what the server has"),
            entry("operator client-state", "'gantry alloc status' shows what a node has reported"),
            entry("operator scheduler", "a server takes its settings from the options of 'gantry server'"),
            entry("operator utilization", "'gantry what-if --fit JOB/GROUP' shows what more fits"),
            entry("monitor", "servers and nodes log to standard error"),
            entry("namespace", "policies of tokens tell jobs apart by their ids"),
            entry("quota", "policies of tokens say what jobs may use"),
            entry("sentinel", "policies of tokens say what jobs may use"),
            entry("region", "each cluster has a server of its own, which --address names"),
            entry("regions", "each cluster has a server of its own, which --address names"),
            entry("volume", "a job names directories of the node in the config block of its tasks"),
            entry("plugin", "volumes are directories of the node"),
            entry("scaling", "'gantry job scale' changes a count"),
            entry("recommendation", "'gantry job scale' changes a count"),
            entry("license", "Gantry needs none"),
            entry("login", NO_ACL),
            entry("acl role", NO_ACL),
            entry("acl auth-method", NO_ACL),
            entry("acl binding-rule", NO_ACL),
            entry("var init", "'gantry var put PATH KEY=VALUE...' needs no file"),
            entry("var lock", "'--check-index' of 'gantry var put' guards against other writers"),
            entry("config", "servers and nodes take their settings from their options"),
            entry("setup", "servers and nodes take their settings from their options"),
            entry("ui", "there is no web interface"),
            entry("system reconcile", "the server counts allocations anew for each answer"));

    private NomadCommands() {}

    /**
     * Says what to use in place of words that are no command, if they begin with a command of Nomad's.
     *
     * @param words the words, from the first on
     * @param known how many of them are words of a command of Gantry
     * @return the message; empty if Nomad has no such command either
     */
    static Optional<String> remedy(List<String> words, int known) {
        for (int length = Math.min(LONGEST, words.size()); length > 0 && length >= known; length--) {
            String answer = ANSWERS.get(String.join(" ", words.subList(0, length)));
            if (answer != null) {
                String unknown = String.join(" ", words.subList(0, Math.max(length, known + 1)));
                return Optional.of("There is no command \"%s\"%s"
                        .formatted(unknown, (answer.startsWith(COMMAND) ? ". In place of Nomad's: " : ": ") + answer));
            }
        }
        return Optional.empty();
    }

    /** Returns all commands and their answers. */
    static Map<String, String> all() {
        return ANSWERS;
    }
}
