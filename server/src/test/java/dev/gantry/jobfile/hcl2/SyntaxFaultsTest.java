package dev.gantry.jobfile.hcl2;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Tests that one run finds all faults of a file, and none that follow from others. */
class SyntaxFaultsTest {

    @Test
    void the_parse_goes_on_after_each_fault() {
        assertThat(Plain.read("""
                job "j" {
                  a = @
                  b = [1, 2
                    3]
                  c = "open
                  d = 1
                  group "g" {
                    e = "${1 +}" f = 2
                    g = {
                      h = ]
                      i = 1
                    }
                    j = 10MB
                  }
                  k = upper("x"
                  l = 0644
                  m = 'n'
                  "o" = <<END
                    ${
                  END
                }
                p = 'x'
                q = 1
                """).lines().map(line -> line.replaceAll("(\\d+:\\d+): (.{12}).*", "$1 $2")))
                .containsExactly(
                        "2:7 nothing in H",
                        "4:5 expected , o",
                        "5:7 this string ",
                        "8:15 expected a v",
                        "10:11 expected a v",
                        "13:9 10MB is no n",
                        "16:3 expected , o",
                        "16:7 0644 is octa",
                        "17:7 HCL quotes t",
                        "19:5 this ${ is n",
                        "22:5 HCL quotes t");
    }

    @Test
    void a_brace_that_is_never_closed_is_one_fault() {
        assertThat(Plain.read("job \"j\" {\n  group \"g\" {\n    a = 1\n"))
                .isEqualTo("2:13: this { is never closed: add }");
    }
}
