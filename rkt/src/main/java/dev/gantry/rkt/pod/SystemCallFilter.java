package dev.gantry.rkt.pod;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.gantry.rkt.RktException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The system calls that an app may make (appc spec/ace.md, {@code os/linux/seccomp-retain-set} and
 * {@code os/linux/seccomp-remove-set}; rkt's "Seccomp Isolators Guide").
 *
 * <p>rkt's and docker's default whitelists are taken as all calls except those of the default blacklist. The lists were
 * made to exclude the same calls, and a whitelist of 2018 would refuse system calls that kernels have added since.
 */
final class SystemCallFilter {

    static final String RETAIN = "os/linux/seccomp-retain-set";
    static final String REMOVE = "os/linux/seccomp-remove-set";

    private static final Set<String> WHITELISTS = Set.of("@rkt/default-whitelist", "@docker/default-whitelist");
    private static final Set<String> BLACKLISTS = Set.of("@rkt/default-blacklist", "@docker/default-blacklist");
    private static final String EVERYTHING = "@appc.io/all";
    private static final String NOTHING = "@appc.io/empty";

    /**
     * The calls that docker's documentation lists as blocked. It lacks clone, of which only some arguments are blocked.
     */
    private static final Set<String> DEFAULT_BLACKLIST = names("_sysctl acct add_key bpf clock_adjtime clock_settime"
            + " create_module delete_module finit_module get_kernel_syms get_mempolicy init_module ioperm iopl kcmp"
            + " kexec_file_load kexec_load keyctl lookup_dcookie mbind mount move_pages name_to_handle_at nfsservctl"
            + " open_by_handle_at perf_event_open personality pivot_root process_vm_readv process_vm_writev ptrace"
            + " query_module quotactl reboot request_key set_mempolicy setns settimeofday stime swapoff swapon sysfs"
            + " umount umount2 unshare uselib userfaultfd ustat vm86 vm86old");

    /** The calls that systemd, which sets rkt's filters, always allows: programs can't start or end without them. */
    private static final Set<String> INDISPENSABLE = names("execve exit exit_group getrlimit rt_sigreturn sigreturn"
            + " time gettimeofday clock_gettime nanosleep clock_nanosleep");

    private final Isolators isolators;

    /**
     * Reads the filter from the isolators of an app.
     *
     * @param isolators its isolators
     */
    SystemCallFilter(Isolators isolators) {
        this.isolators = isolators;
    }

    /**
     * Makes the {@code seccomp} object of a bundle. Without an isolator, calls of the default blacklist fail with
     * EPERM.
     *
     * @return the object (OCI runtime-spec config-linux.md, "Seccomp"); empty if everything is allowed
     * @throws RktException if the isolators can't be honoured
     */
    Optional<JsonObject> toJson() throws RktException {
        Optional<List<String>> retained = isolators.set(RETAIN);
        Optional<List<String>> removed = isolators.set(REMOVE);
        if (retained.isPresent() && removed.isPresent()) {
            throw new RktException("system calls can be retained or removed, not both");
        }
        if (retained.isPresent()) {
            return retain(checked(RETAIN, retained.get()), refusal(RETAIN));
        }
        if (removed.isPresent()) {
            return remove(checked(REMOVE, removed.get()), refusal(REMOVE));
        }
        return Optional.of(filter("SCMP_ACT_ALLOW", Optional.empty(), DEFAULT_BLACKLIST, error("EPERM")));
    }

    private static Optional<JsonObject> retain(List<String> words, JsonObject refusal) throws RktException {
        if (words.contains(EVERYTHING)) {
            return Optional.empty();
        }
        Set<String> names = plainNames(words);
        if (words.stream().anyMatch(WHITELISTS::contains)) {
            Set<String> refused = new LinkedHashSet<>(DEFAULT_BLACKLIST);
            refused.removeAll(names);
            return Optional.of(filter("SCMP_ACT_ALLOW", Optional.empty(), refused, refusal));
        }
        names.addAll(INDISPENSABLE);
        JsonObject allowed = new JsonObject();
        allowed.addProperty("action", "SCMP_ACT_ALLOW");
        return Optional.of(filter(refusal.get("action").getAsString(), errorNumber(refusal), names, allowed));
    }

    private static Optional<JsonObject> remove(List<String> words, JsonObject refusal) throws RktException {
        Set<String> names = plainNames(words);
        if (words.stream().anyMatch(BLACKLISTS::contains)) {
            names.addAll(DEFAULT_BLACKLIST);
        }
        return names.isEmpty()
                ? Optional.empty()
                : Optional.of(filter("SCMP_ACT_ALLOW", Optional.empty(), names, refusal));
    }

    /** Refuses names that crun would silently ignore. */
    private static List<String> checked(String isolator, List<String> words) throws RktException {
        Set<String> names = SystemCalls.names();
        for (String word : words) {
            if (!word.startsWith("@")) {
                if (!names.contains(word)) {
                    throw new RktException("there is no system call \"%s\"".formatted(word));
                }
                continue;
            }
            boolean known = word.equals(NOTHING)
                    || (isolator.equals(RETAIN)
                            ? word.equals(EVERYTHING) || WHITELISTS.contains(word)
                            : BLACKLISTS.contains(word));
            if (!known) {
                throw new RktException("\"%s\" can't stand in %s: expected names of system calls, @appc.io/empty and %s"
                        .formatted(
                                word,
                                isolator,
                                isolator.equals(RETAIN)
                                        ? "@appc.io/all, @rkt/default-whitelist or @docker/default-whitelist"
                                        : "@rkt/default-blacklist or @docker/default-blacklist"));
            }
        }
        return words;
    }

    /**
     * Returns the action for a forbidden call: the isolator's errno; without one, the kernel kills the process, as with
     * systemd.
     */
    private JsonObject refusal(String isolator) throws RktException {
        Optional<String> errno = isolators.option(isolator, "errno");
        if (errno.isEmpty()) {
            JsonObject kill = new JsonObject();
            kill.addProperty("action", "SCMP_ACT_KILL_PROCESS");
            return kill;
        }
        return error(errno.get());
    }

    private static JsonObject error(String name) throws RktException {
        int number = ErrorNumbers.of(name)
                .orElseThrow(() -> new RktException("there is no error \"%s\": use one such as EPERM".formatted(name)));
        JsonObject error = new JsonObject();
        error.addProperty("action", "SCMP_ACT_ERRNO");
        error.addProperty("errnoRet", number);
        return error;
    }

    private static Optional<Integer> errorNumber(JsonObject refusal) {
        return Optional.ofNullable(refusal.get("errnoRet")).map(number -> number.getAsInt());
    }

    private static JsonObject filter(
            String defaultAction, Optional<Integer> defaultError, Collection<String> names, JsonObject action) {
        JsonObject rule = action.deepCopy();
        JsonArray list = new JsonArray();
        // In one order, so that equal pods have equal files.
        names.stream().sorted().forEach(list::add);
        rule.add("names", list);
        JsonArray rules = new JsonArray();
        rules.add(rule);
        JsonObject filter = new JsonObject();
        filter.addProperty("defaultAction", defaultAction);
        defaultError.ifPresent(number -> filter.addProperty("defaultErrnoRet", number));
        filter.add("syscalls", rules);
        return filter;
    }

    private static Set<String> plainNames(List<String> words) {
        Set<String> names = new LinkedHashSet<>(words);
        names.removeIf(word -> word.startsWith("@"));
        return names;
    }

    private static Set<String> names(String text) {
        return Set.copyOf(List.of(text.split(" ", -1)));
    }
}
