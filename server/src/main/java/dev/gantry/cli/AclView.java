package dev.gantry.cli;

import com.google.protobuf.ProtocolMessageEnum;
import dev.gantry.jobfile.PolicyFiles;
import dev.gantry.v1.AclAccess;
import dev.gantry.v1.AclJobRule;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclToken;
import dev.gantry.v1.AclVariableRule;
import dev.gantry.v1.CreateAclTokenResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Shows tokens and policies. */
final class AclView {

    private AclView() {}

    /** Shows a table; without objects, a line that says so. */
    static List<String> policies(List<AclPolicy> policies) {
        if (policies.isEmpty()) {
            return List.of("No policies");
        }
        return new Table("Name", "Jobs", "Variables", "Node", "Operator", "Description")
                .rows(
                        policies,
                        policy -> List.of(
                                policy.getName(),
                                TextFormat.list(policy.getJobsList().stream()
                                        .map(AclJobRule::getJobGlob)
                                        .toList()),
                                TextFormat.list(policy.getVariablesList().stream()
                                        .map(AclVariableRule::getPathGlob)
                                        .toList()),
                                access(policy.getNode()),
                                access(policy.getOperator()),
                                TextFormat.orDash(policy.getDescription())))
                .lines();
    }

    /** Shows a policy as a file that can be applied. */
    static List<String> hcl(AclPolicy policy) {
        List<String> lines = new ArrayList<>();
        if (!policy.getDescription().isEmpty()) {
            lines.add("description = " + quoted(policy.getDescription()));
        }
        for (AclJobRule rule : policy.getJobsList()) {
            separate(lines);
            lines.add("job %s {".formatted(quoted(rule.getJobGlob())));
            lines.add("  " + allowed(PolicyFiles.shorthand(rule.getCapabilitiesList()), rule.getCapabilitiesList()));
            if (rule.getDeniedFeaturesCount() > 0) {
                lines.add("  deny = " + words(rule.getDeniedFeaturesList()));
            }
            lines.add("}");
        }
        for (AclVariableRule rule : policy.getVariablesList()) {
            separate(lines);
            lines.add("variables %s {".formatted(quoted(rule.getPathGlob())));
            lines.add("  "
                    + allowed(
                            PolicyFiles.shorthandOfVariables(rule.getCapabilitiesList()), rule.getCapabilitiesList()));
            lines.add("}");
        }
        addAccess("node", policy.getNode(), lines);
        addAccess("operator", policy.getOperator(), lines);
        return lines;
    }

    /** Shows a table; without objects, a line that says so. */
    static List<String> tokens(List<AclToken> tokens) {
        if (tokens.isEmpty()) {
            return List.of("No tokens");
        }
        return new Table("Accessor ID", "Name", "Type", "Policies", "Ends")
                .rows(
                        tokens,
                        token -> List.of(
                                token.getAccessorId(),
                                TextFormat.orDash(token.getName()),
                                TextFormat.word(token.getType()),
                                policies(token),
                                end(token)))
                .lines();
    }

    /** Shows a token. */
    static List<String> token(AclToken token) {
        return facts(token).lines();
    }

    /** Shows a new token with its secret, or with the file that has the secret. */
    static List<String> made(CreateAclTokenResponse made, Optional<Path> file) {
        String secret = file.map(path -> "in " + path).orElse(made.getSecret());
        return facts(made.getToken()).add("Secret", secret).lines();
    }

    private static FieldList facts(AclToken token) {
        return new FieldList()
                .add("Accessor ID", token.getAccessorId())
                .add("Name", token.getName())
                .add("Type", TextFormat.word(token.getType()))
                .add("Policies", policies(token))
                .add("Created", TimeFormat.exact(token.getCreateTime()))
                .add("Ends", end(token));
    }

    private static String policies(AclToken token) {
        return TextFormat.list(token.getPoliciesList().stream()
                .map(name -> token.getMissingPoliciesList().contains(name) ? name + " (deleted)" : name)
                .toList());
    }

    private static String end(AclToken token) {
        return token.hasExpirationTime() ? TimeFormat.exact(token.getExpirationTime()) : "never";
    }

    private static String access(AclAccess access) {
        return access == AclAccess.ACL_ACCESS_UNSPECIFIED ? "-" : TextFormat.word(access);
    }

    private static void addAccess(String kind, AclAccess access, List<String> lines) {
        if (access != AclAccess.ACL_ACCESS_UNSPECIFIED) {
            separate(lines);
            lines.add("%s {".formatted(kind));
            lines.add("  policy = " + quoted(TextFormat.word(access)));
            lines.add("}");
        }
    }

    private static String allowed(Optional<String> shorthand, List<? extends ProtocolMessageEnum> capabilities) {
        return shorthand
                .map(word -> "policy = " + quoted(word))
                .orElseGet(() -> "capabilities = " + words(capabilities));
    }

    private static void separate(List<String> lines) {
        if (!lines.isEmpty()) {
            lines.add("");
        }
    }

    private static String words(List<? extends ProtocolMessageEnum> values) {
        return values.stream()
                .map(value -> quoted(TextFormat.word(value).replace(' ', '-')))
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
