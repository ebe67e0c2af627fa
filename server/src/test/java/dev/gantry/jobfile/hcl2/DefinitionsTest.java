package dev.gantry.jobfile.hcl2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.jobfile.hcl.Faults;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests variables, locals and dynamic blocks. */
class DefinitionsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            string                                | 1.10                        | '1.10'
            string                                | [1]                         | '[1]'
            number                                | 3                           | 3
            bool                                  | true                        | true
            list(string)                          | ["a", 2]                    | ['a', '2']
            set(number)                           | [1, 1, 2]                   | [1, 2]
            map(number)                           | { a = 1, b = "2" }          | {a=1; b=2}
            tuple([string, number])               | ["a", 1]                    | ['a', 1]
            object({ a = string })                | { a = 1, b = 2 }            | {a='1'}
            object({ a = optional(number, 7) })   | {}                          | {a=7}
            object({ a = optional(string) })      | {}                          | {}
            list(object({ p = number }))          | [{ p = 1 }, { p = 2 }]      | [{p=1}, {p=2}]
            set(string)                           | ["b", "a", "c", "a"]        | ['a', 'b', 'c']
            list(any)                             | [1, "a"]                    | ['1', 'a']
            any                                   | 1                           | 1
            any                                   | ["a"]                       | ['a']
            any                                   | latest                      | 'latest'
            any                                   | 1.2.3                       | '1.2.3'
            any                                   | a b                         | 'a b'
            """)
    void a_value_from_outside_is_converted_to_the_type_of_its_variable(String type, String given, String value) {
        String file = "variable \"x\" { type = %s }\nv = var.x".formatted(type);

        assertThat(Plain.read(file, Inputs.NONE.with("x", given, "of --var x"), Surroundings.withoutFiles()))
                .isEqualTo("v=" + value);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            number               | many        | the value of x, of --var x, must be a number, not "many": write it as in --var x=3
            number               | "many"      | the value of x, of --var x, must be a number, not "many": write it as in --var x=3
            list(number)         | [1, "b"]    | the value of x, of --var x,[1] must be a number, not "b": write it as in --var x=[3]
            bool                 | 3           | the value of x, of --var x, must be true or false, not 3: write it as in --var x=true
            map(string)          | ["a"]       | the value of x, of --var x, must be a map, not a list: write it as in --var x={ NAME = "…" }
            object({ a = any })  | {}          | the value of x, of --var x, lacks "a": write it as in --var x={ a = "…" }
            number               | var.x       | the value of x, of --var x, is no value of HCL: no variables are known here: write a plain value: write it as in --var x=3
            number               | max(1, 2)   | the value of x, of --var x, is no value of HCL: no functions can be called here: write a plain value: write it as in --var x=3
            number               | 1 2         | the value of x, of --var x, is no value of HCL: expected the end of the value, found 2: write it as in --var x=3
            list(string)         | [a, b]      | the value of x, of --var x, is no value of HCL: a is no value: put text in double quotes: write it as in --var x=["…"]
            """)
    void a_value_of_another_type_is_refused_at_its_variable(String type, String given, String message) {
        assertThat(Plain.read(
                        "variable \"x\" { type = %s }\nv = var.x".formatted(type),
                        Inputs.NONE.with("x", given, "of --var x", value -> "--var x=" + value),
                        Surroundings.withoutFiles()))
                .isEqualTo("1:10: " + message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            "web"          | 1.10        | '1.10'
            "web"          | ["a"]       | '["a"]'
            3              | 4           | 4
            3              | 1e3         | 1e3
            true           | false       | false
            ["a"]          | ["b", "c"]  | ['b', 'c']
            []             | [1]         | [1]
            { a = 1 }      | { b = "2" } | {b='2'}
            null           | [1]         | [1]
            null           | latest      | 'latest'
            """)
    void a_variable_without_a_type_has_that_of_its_default(String fallback, String given, String value) {
        String file = "variable \"x\" { default = %s }\nv = var.x".formatted(fallback);

        assertThat(Plain.read(file, Inputs.NONE.with("x", given, "of --var x"), Surroundings.withoutFiles()))
                .isEqualTo("v=" + value);
        assertThat(Plain.read(
                        "variables { x = %s }\nv = var.x".formatted(fallback),
                        Inputs.NONE.with("x", given, "of --var x"),
                        Surroundings.withoutFiles()))
                .isEqualTo("v=" + value);
        assertThat(Plain.read(file)).isEqualTo(fallback.equals("null") ? "" : Plain.read("v = %s".formatted(fallback)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            3              | many      | must be a number, not "many": write it as in --var x=3
            true           | 3         | must be true or false, not 3: write it as in --var x=true
            ["a"]          | b         | must be a list, not "b": write it as in --var x=["…"]
            { a = 1 }      | ["a"]     | must be a map, not a list: write it as in --var x={ NAME = "…" }
            null           | [1        | is no value of HCL: this [ is never closed: add ]: write it as in --var x="…"
            """)
    void a_value_of_another_type_than_the_default_is_refused(String fallback, String given, String message) {
        assertThat(Plain.read(
                        "variable \"x\" { default = %s }".formatted(fallback),
                        Inputs.NONE.with("x", given, "of --var x", value -> "--var x=" + value),
                        Surroundings.withoutFiles()))
                .isEqualTo("1:10: the value of x, of --var x, " + message);
    }

    @Test
    void a_value_of_a_file_is_converted_to_the_type_of_the_default() {
        Faults faults = new Faults();
        Inputs values = Inputs.NONE.withFile("port = \"80\"\ntag = 1.10\n", "a.vars", faults);

        assertThat(Plain.read(
                        "variable \"port\" { default = 1 }\nvariable \"tag\" { default = \"\" }\n"
                                + "v = [var.port, var.tag]",
                        values,
                        Surroundings.withoutFiles()))
                .isEqualTo("v=[80, '1.10']");
    }

    @Test
    void the_command_line_overrides_files_and_these_the_environment_and_that_the_default() {
        String file = "variable \"x\" { default = \"d\" }\nv = var.x";
        Faults faults = new Faults();
        Inputs environment = Inputs.NONE
                .withEnvironment("x", "e", "GANTRY_VAR_x", written -> written)
                .withEnvironment("other", "1", "o", written -> written);
        Inputs values = environment.withFile("x = \"f\" # of a file\n", "a.vars", faults);
        Inputs json = environment.withFile("{\"x\": \"j\"}", "a.json", faults);

        assertThat(faults.isEmpty()).isTrue();
        assertThat(Plain.read(file)).isEqualTo("v='d'");
        assertThat(Plain.read(file, environment, Surroundings.withoutFiles())).isEqualTo("v='e'");
        assertThat(Plain.read(file, values, Surroundings.withoutFiles())).isEqualTo("v='f'");
        assertThat(Plain.read(file, json, Surroundings.withoutFiles())).isEqualTo("v='j'");
        assertThat(Plain.read(file, values.with("x", "c", "of --var x"), Surroundings.withoutFiles()))
                .isEqualTo("v='c'");
    }

    @Test
    void a_file_of_values_names_its_faults() {
        Faults faults = new Faults();

        Inputs.NONE.withFile("x = @\ny = upper(\"a\")\nz {}\n", "a.vars", faults);

        assertThat(faults.inOrder().stream().map(fault -> fault.position() + ": " + fault.getMessage()))
                .containsExactly(
                        "1:5: nothing in HCL begins with @: put text in double quotes",
                        "2:5: no functions can be called here: write a plain value",
                        "3:1: a block has no place in a file of values: write NAME = VALUE");
    }

    @Test
    void values_without_a_variable_and_variables_without_a_value_are_named() {
        assertThat(Plain.read(
                        "variable \"image\" {}\nvariable \"count\" { default = 1 }\nv = var.image",
                        Inputs.NONE.with("cuont", "1", "of --var cuont"),
                        Surroundings.withoutFiles()))
                .isEqualTo("1:1: there is no variable \"cuont\" in this file for the value of --var cuont:"
                        + " did you mean \"count\"?\n"
                        + "1:10: variable \"image\" has no value: give it one with --var image=…, --var-file,"
                        + " GANTRY_VAR_image or a default");
    }

    @Test
    void a_validation_refuses_a_value_with_its_own_words() {
        String file = """
                variable "n" {
                  type        = number
                  default     = 1
                  description = "how many"
                  validation {
                    condition     = var.n > 0 && var.n < local.most
                    error_message = "n must be below ${local.most}."
                  }
                }
                locals { most = 10 }
                v = var.n
                """;

        assertThat(Plain.read(file)).isEqualTo("v=1");
        assertThat(Plain.read(file, Inputs.NONE.with("n", "12", "of --var n"), Surroundings.withoutFiles()))
                .isEqualTo("1:10: the value of n, of --var n, is refused: n must be below 10.");
    }

    @Test
    void all_faults_of_definitions_are_named() {
        assertThat(Plain.read("""
                variable "a" { tpye = string }
                variable "b" { type = strin }
                variable "c" { default = var.a }
                variable {}
                variable "d" "e" {}
                variable "f" { default = 1 }
                variable "f" { default = 2 }
                variable "g" {
                  default = 1
                  validation { condition = true }
                }
                locals "x" { a = 1 }
                locals {
                  b = 1
                  b = 2
                  c {}
                }
                v = [var.a, var.b, var.c]
                """)).isEqualTo("""
                1:10: variable "a" has no value: give it one with --var a=…, --var-file, GANTRY_VAR_a or a default
                1:16: unknown key "tpye" in a variable block: did you mean "type"?
                2:23: this is no type: write string, number, bool, any, list(T), set(T), map(T), tuple([T, …]) or object({ NAME = T, … })
                3:30: no variables are known here: write a plain value
                4:1: variable needs a name: variable "NAME" { … }
                5:14: variable takes one name: take the rest out
                7:10: a second variable "f"; the first is on line 6: rename one
                10:3: a validation needs a condition and an error_message
                12:8: locals takes no name: take it out
                15:3: a second local "b"; the first is on line 14: rename one
                16:3: locals has no blocks: write NAME = VALUE""");
    }

    @Test
    void variables_can_be_declared_by_their_defaults_alone() {
        assertThat(Plain.read("variables {\n  a = 1\n  b = [\"x\"]\n}\nv = [var.a, var.b[0]]"))
                .isEqualTo("v=[1, 'x']");
    }

    @Test
    void a_dynamic_block_becomes_a_block_for_each_element() {
        assertThat(Plain.read("""
                variable "ports" { default = { http = 80, admin = 9000 } }
                dynamic "port" {
                  for_each = var.ports
                  labels   = [port.key]
                  content {
                    static = port.value
                  }
                }
                dynamic "service" {
                  for_each = ["a", "b"]
                  iterator = s
                  content {
                    name = "${s.key}-${s.value}"
                    dynamic "check" {
                      for_each = toset(["tcp"])
                      content {
                        type = check.value
                        of   = s.value
                      }
                    }
                  }
                }
                """))
                .isEqualTo("port admin={static=9000}; port http={static=80};"
                        + " service={name='0-a'; check={type='tcp'; of='a'}};"
                        + " service={name='1-b'; check={type='tcp'; of='b'}}");
    }

    @Test
    void a_dynamic_block_that_lacks_something_says_what() {
        assertThat(Plain.read("""
                dynamic { for_each = [] }
                dynamic "a" { content {} }
                dynamic "b" { for_each = [] }
                dynamic "c" {
                  for_each = [1]
                  foreach  = [1]
                  content {}
                }
                dynamic "d" {
                  for_each = 3
                  content {}
                }
                """)).isEqualTo("""
                1:1: dynamic needs the kind of its blocks: dynamic "KIND" { … }
                2:1: dynamic needs for_each: the list or map to make blocks of
                3:1: dynamic needs one content block: what is in each of its blocks
                6:3: unknown key "foreach" in a dynamic block: known are content, for_each, iterator, labels
                10:14: a number is no list and no map: nothing to go through""");
    }

    @Test
    void a_division_that_reads_like_a_stored_variable_is_refused() {
        assertThat(Plain.read("variable \"a\" { default = 4 }\nv = \"${var.a/var.a}\"\nw = \"${var.a / var.a}\""))
                .isEqualTo("2:6: ${var.a/var.a} is a stored variable, and a is a variable of this file: to divide,"
                        + " write blanks around /");
    }
}
