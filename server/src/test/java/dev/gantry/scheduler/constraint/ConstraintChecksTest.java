package dev.gantry.scheduler.constraint;

import static dev.gantry.scheduler.Fixtures.constraint;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.v1.JobViolation;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConstraintChecksTest {

    private static final String PATH = "constraints[1]";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "${attr.kernel.name} | '' | linux",
                "${driver.rkt.version} | > | 1.2",
                "${driver.rkt.version} | version | '>= 1.2, < 2'",
                "${driver.rkt.version} | version | ${meta.wanted}",
                "${attr.kernel.name} | regexp | ^lin.x$",
                "${attr.kernel.name} | regexp | ^${meta.name}(",
                "${meta.rack} | is_set | ''",
                "'' | distinct_hosts | ''",
                "'' | distinct_hosts | false",
                "${meta.rack} | distinct_property | 2",
                "${meta.rack} | distinct_property | ''"
            })
    void good_constraints_pass(String attribute, String operator, String value) {
        assertThat(ConstraintChecks.check(constraint(attribute, operator, value), PATH))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "${a} | set_contain | x | operator | did you mean \"set_contains\"?",
                "${a} | => | x | operator | is no operator",
                "${a} | regexp | [a | value | \"[a\" is no regular expression",
                "${a} | version | >= 1.x | value | \">= 1.x\" is no version constraint",
                "'' | = | x | attribute | is missing",
                "'' | is_set | '' | attribute | is missing",
                "'' | distinct_property | '' | attribute | is missing",
                "${a} | = | '' | value | is missing",
                "${a} | regexp | '' | value | is missing",
                "${a | = | x | attribute | \"${a\" has no }",
                "${a} | = | ${} | value | \"${}\" names nothing",
                "${a${b}} | = | x | attribute | names nothing",
                "'' | distinct_hosts | maybe | value | is neither true nor false",
                "${a} | distinct_property | 0 | value | is no count of 1 or more",
                "${a} | distinct_property | many | value | is no count of 1 or more"
            })
    void each_malformed_constraint_is_reported_with_its_path(
            String attribute, String operator, String value, String field, String description) {
        List<JobViolation> violations = ConstraintChecks.check(constraint(attribute, operator, value), PATH);

        assertThat(violations).singleElement().satisfies(violation -> {
            assertThat(violation.getField()).isEqualTo(PATH + "." + field);
            assertThat(violation.getDescription()).contains(description);
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = "${a | nonsense_operator | ${b")
    void all_malformed_constraints_are_reported_at_once(String attribute, String operator, String value) {
        assertThat(ConstraintChecks.check(constraint(attribute, operator, value), PATH))
                .extracting(JobViolation::getField)
                .containsExactlyInAnyOrder(PATH + ".attribute", PATH + ".value", PATH + ".operator");
    }
}
