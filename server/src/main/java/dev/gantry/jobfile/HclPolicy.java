package dev.gantry.jobfile;

import dev.gantry.jobfile.hcl.Faults;
import dev.gantry.jobfile.hcl.HclItem;
import dev.gantry.jobfile.hcl.HclName;
import dev.gantry.jobfile.hcl.HclValue;
import dev.gantry.jobfile.hcl.HclValue.Sequence;
import dev.gantry.jobfile.hcl.Position;
import dev.gantry.v1.AclAccess;
import dev.gantry.v1.AclCapability;
import dev.gantry.v1.AclJobFeature;
import dev.gantry.v1.AclJobRule;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclVariableCapability;
import dev.gantry.v1.AclVariableRule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a policy: rules for jobs, as Nomad writes those for namespaces, rules for variables, and the access to nodes and the
 * cluster.
 */
final class HclPolicy {

    private static final Keys POLICY = new Keys(
            "policy",
            List.of("description", "job", "variables", "node", "operator"),
            Keys.Later.of("agent", "host_volume", "namespace", "plugin", "quota"));

    private static final Keys JOB = new Keys("job", List.of("policy", "capabilities", "deny"), List.of());
    private static final Keys VARIABLES = new Keys("variables", List.of("policy", "capabilities"), List.of());
    private static final Keys NODE = new Keys("node", List.of("policy"), List.of());
    private static final Keys OPERATOR = new Keys("operator", List.of("policy"), List.of());

    private static final Set<AclCapability> READ =
            Set.of(AclCapability.ACL_CAPABILITY_LIST, AclCapability.ACL_CAPABILITY_READ);

    private static final Set<AclCapability> SUBMIT = joined(
            READ,
            EnumSet.of(
                    AclCapability.ACL_CAPABILITY_PLAN,
                    AclCapability.ACL_CAPABILITY_SUBMIT,
                    AclCapability.ACL_CAPABILITY_DISPATCH,
                    AclCapability.ACL_CAPABILITY_SCALE,
                    AclCapability.ACL_CAPABILITY_STOP,
                    AclCapability.ACL_CAPABILITY_LOGS));

    private static final Set<AclCapability> WRITE = joined(
            SUBMIT,
            EnumSet.of(
                    AclCapability.ACL_CAPABILITY_EXEC,
                    AclCapability.ACL_CAPABILITY_FS,
                    AclCapability.ACL_CAPABILITY_SIGNAL));

    /** The words that stand for several capabilities. */
    private static final Map<String, Set<AclCapability>> SHORTHANDS = Map.of(
            "deny", Set.of(),
            "read", READ,
            "submit", SUBMIT,
            "write", WRITE);

    private static final Map<String, AclCapability> CAPABILITIES = Map.ofEntries(
            Map.entry("list", AclCapability.ACL_CAPABILITY_LIST),
            Map.entry("read", AclCapability.ACL_CAPABILITY_READ),
            Map.entry("plan", AclCapability.ACL_CAPABILITY_PLAN),
            Map.entry("submit", AclCapability.ACL_CAPABILITY_SUBMIT),
            Map.entry("dispatch", AclCapability.ACL_CAPABILITY_DISPATCH),
            Map.entry("scale", AclCapability.ACL_CAPABILITY_SCALE),
            Map.entry("stop", AclCapability.ACL_CAPABILITY_STOP),
            Map.entry("logs", AclCapability.ACL_CAPABILITY_LOGS),
            Map.entry("exec", AclCapability.ACL_CAPABILITY_EXEC),
            Map.entry("fs", AclCapability.ACL_CAPABILITY_FS),
            Map.entry("signal", AclCapability.ACL_CAPABILITY_SIGNAL));

    private static final Set<AclVariableCapability> READ_VARIABLES = Set.of(
            AclVariableCapability.ACL_VARIABLE_CAPABILITY_LIST, AclVariableCapability.ACL_VARIABLE_CAPABILITY_READ);

    private static final Set<AclVariableCapability> WRITE_VARIABLES = joined(
            READ_VARIABLES,
            EnumSet.of(
                    AclVariableCapability.ACL_VARIABLE_CAPABILITY_WRITE,
                    AclVariableCapability.ACL_VARIABLE_CAPABILITY_DESTROY));

    private static final Map<String, Set<AclVariableCapability>> VARIABLE_SHORTHANDS = Map.of(
            "deny",
            Set.of(),
            "list",
            Set.of(AclVariableCapability.ACL_VARIABLE_CAPABILITY_LIST),
            "read",
            READ_VARIABLES,
            "write",
            WRITE_VARIABLES);

    private static final Map<String, AclVariableCapability> VARIABLE_CAPABILITIES = Map.of(
            "list", AclVariableCapability.ACL_VARIABLE_CAPABILITY_LIST,
            "read", AclVariableCapability.ACL_VARIABLE_CAPABILITY_READ,
            "write", AclVariableCapability.ACL_VARIABLE_CAPABILITY_WRITE,
            "destroy", AclVariableCapability.ACL_VARIABLE_CAPABILITY_DESTROY);

    private static final Map<String, AclJobFeature> FEATURES = Map.of(
            "host-volumes", AclJobFeature.ACL_JOB_FEATURE_HOST_VOLUMES,
            "host-network", AclJobFeature.ACL_JOB_FEATURE_HOST_NETWORK,
            "root", AclJobFeature.ACL_JOB_FEATURE_ROOT,
            "insecure-images", AclJobFeature.ACL_JOB_FEATURE_INSECURE_IMAGES,
            "raw-capabilities", AclJobFeature.ACL_JOB_FEATURE_RAW_CAPABILITIES,
            "local-images", AclJobFeature.ACL_JOB_FEATURE_LOCAL_IMAGES,
            "artifacts", AclJobFeature.ACL_JOB_FEATURE_ARTIFACTS);

    private static final Map<String, AclAccess> ACCESS = Map.of(
            "deny", AclAccess.ACL_ACCESS_DENY,
            "read", AclAccess.ACL_ACCESS_READ,
            "write", AclAccess.ACL_ACCESS_WRITE);

    private HclPolicy() {}

    /** Returns the policy of a file, without a name. */
    static AclPolicy read(HclValue.Body file, Faults faults) {
        Block top =
                Block.unnamed(new HclItem(new HclName(POLICY.kind(), Position.START), List.of(), file), POLICY, faults);
        AclPolicy.Builder policy = AclPolicy.newBuilder();
        top.text("description").ifPresent(policy::setDescription);
        top.named(JOB).forEach(job -> policy.addJobs(rule(job)));
        top.named(VARIABLES).forEach(paths -> policy.addVariables(variableRule(paths)));
        top.single(NODE).map(HclPolicy::access).ifPresent(policy::setNode);
        top.single(OPERATOR).map(HclPolicy::access).ifPresent(policy::setOperator);
        if (faults.isEmpty() && policy.build().equals(AclPolicy.getDefaultInstance())) {
            faults.add(
                    Position.START,
                    "no rule here: a policy holds job \"GLOB\" { … }, variables \"GLOB\" { … }, node { … } and operator { … }");
        }
        return policy.build();
    }

    /** Returns the word that stands for exactly some capabilities on jobs; empty if there is none. */
    static Optional<String> shorthand(Collection<AclCapability> capabilities) {
        return word(Set.copyOf(capabilities), SHORTHANDS);
    }

    /** Returns the word that stands for exactly some capabilities on variables; empty if there is none. */
    static Optional<String> shorthandOfVariables(Collection<AclVariableCapability> capabilities) {
        return word(Set.copyOf(capabilities), VARIABLE_SHORTHANDS);
    }

    private static <C> Optional<String> word(Set<C> wanted, Map<String, Set<C>> shorthands) {
        return shorthands.entrySet().stream()
                .filter(word -> word.getValue().equals(wanted))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private static AclJobRule rule(Block job) {
        return AclJobRule.newBuilder()
                .setJobGlob(job.name())
                .addAllCapabilities(allowed("job", job, AclCapability.class, SHORTHANDS, CAPABILITIES))
                .addAllDeniedFeatures(words(job, "deny", FEATURES))
                .build();
    }

    private static AclVariableRule variableRule(Block paths) {
        return AclVariableRule.newBuilder()
                .setPathGlob(paths.name())
                .addAllCapabilities(allowed(
                        "variables", paths, AclVariableCapability.class, VARIABLE_SHORTHANDS, VARIABLE_CAPABILITIES))
                .build();
    }

    /** Reads what a block allows, as a word for several capabilities, as a list of them, or both. */
    private static <C extends Enum<C>> Set<C> allowed(
            String kind, Block block, Class<C> type, Map<String, Set<C>> shorthands, Map<String, C> known) {
        // A key that is spelled wrong says what is missing.
        if (!block.has("policy") && !block.has("capabilities") && block.faults().isEmpty()) {
            block.refuse(
                    block.position(),
                    "%s \"%s\" does not say what is allowed: write policy = \"read\" or capabilities = [\"…\"]"
                            .formatted(kind, block.name()));
        }
        Set<C> capabilities = EnumSet.noneOf(type);
        block.word("policy", shorthands).ifPresent(capabilities::addAll);
        capabilities.addAll(words(block, "capabilities", known));
        // A rule without capabilities denies; one that also allows something would not.
        boolean denies = block.text("policy").filter("deny"::equals).isPresent();
        if (denies && !capabilities.isEmpty()) {
            block.refuse(
                    block.position(),
                    "%s \"%s\" is denied and has capabilities: take one of the two out".formatted(kind, block.name()));
        }
        return capabilities;
    }

    private static AclAccess access(Block block) {
        if (!block.has("policy") && block.faults().isEmpty()) {
            block.refuse(block.position(), "policy is missing: write policy = \"deny\", \"read\" or \"write\"");
        }
        return block.word("policy", ACCESS).orElse(AclAccess.ACL_ACCESS_DENY);
    }

    /** Reads a list of words; none may stand twice. */
    private static <T> List<T> words(Block block, String key, Map<String, T> known) {
        List<T> words = new ArrayList<>();
        HclValue value = block.value(key).orElse(null);
        if (value instanceof Sequence sequence) {
            for (HclValue element : sequence.elements()) {
                block.faults().attempt(() -> Values.word(key, element, known)).ifPresent(word -> {
                    if (words.contains(word)) {
                        block.refuse(
                                element.position(),
                                "%s stands twice in %s: take one out".formatted(Values.text(key, element), key));
                    }
                    words.add(word);
                });
            }
        } else if (value != null) {
            // Says that it is no list.
            var unused = block.texts(key);
        }
        return words;
    }

    private static <C extends Enum<C>> Set<C> joined(Collection<C> some, Collection<C> others) {
        Set<C> all = EnumSet.copyOf(some);
        all.addAll(others);
        return Collections.unmodifiableSet(all);
    }
}
