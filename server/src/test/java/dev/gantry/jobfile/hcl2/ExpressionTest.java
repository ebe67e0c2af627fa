package dev.gantry.jobfile.hcl2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests expressions and functions of HCL 2; # stands for a quote where quotes would have to be doubled. */
class ExpressionTest {

    private static final String DEFINITIONS = """
            variable "name" { default = "web" }
            variable "count" { default = 3 }
            variable "on" { default = true }
            variable "ports" { default = { http = 80, admin = 9000 } }
            variable "zones" { default = ["a", "b", "c"] }
            variable "users" { default = [{ id = 1, name = "ann" }, { id = 2, name = "bob" }] }
            locals { greeting = "hello ${var.name}" }
            """;

    @TempDir
    Path dir;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            1 + 2 * 3                                        | 7
            (1 + 2) * 3                                      | 9
            7 / 2                                            | 3.5
            -7 % 3                                           | -1
            1 - 2 - 3                                        | -4
            0.1 + 0.2                                        | 0.3
            1.10                                             | 1.10
            9007199254740993                                 | 9007199254740993
            -var.count                                       | -3
            var.count > 2 && !(var.count >= 4)               | true
            var.count == 3.0                                 | true
            "3" == 3                                         | false
            var.on ? "yes" : "no"                            | 'yes'
            false ? undefined : "no"                         | 'no'
            (var.name != "web") == false                      | true
            [1, "a", true]                                   | [1, 'a', true]
            { a = 1, "b" = 2 }                               | {a=1; b=2}
            { (var.name) = 1 }                               | {web=1}
            { a : 1 }                                        | {a=1}
            var.ports.http                                   | 80
            var.ports["admin"]                               | 9000
            var.zones[1]                                     | 'b'
            var.zones.0                                      | 'a'
            var.users[*].name                                | ['ann', 'bob']
            var.users.*.id                                   | [1, 2]
            var.users[1].name                                | 'bob'
            "x"[*]                                           | ['x']
            [for z in var.zones : upper(z)]                  | ['A', 'B', 'C']
            [for i, z in var.zones : "${i}${z}"]             | ['0a', '1b', '2c']
            [for k, v in var.ports : "${k}=${v}"]            | ['admin=9000', 'http=80']
            [for z in var.zones : z if z != "b"]             | ['a', 'c']
            { for u in var.users : u.name => u.id }          | {ann=1; bob=2}
            { for z in ["a1", "b1", "a2"] : substr(z, 0, 1) => z... } | {a=['a1', 'a2']; b=['b1']}
            "${var.count}"                                   | 3
            "${var.count} x"                                 | '3 x'
            local.greeting                                   | 'hello web'
            "%{ if var.on }on%{ else }off%{ endif }!"        | 'on!'
            "%{ for z in var.zones }[${z}]%{ endfor }"       | '[a][b][c]'
            "a  ${~ 1 ~}   b"                                | 'a1b'
            "$${x} %%{ if }"                                 | '${x} %{ if }'
            "tab\\t\\u00e4\\\\"                              | ~'tab\tä\\'~
            "${attr.kernel.name}-${NOMAD_PORT_http}-${MY_ENV}" | '${attr.kernel.name}-${NOMAD_PORT_http}-${MY_ENV}'
            "${env["HOME"]}/${meta.rack}"                    | '${env["HOME"]}/${meta.rack}'
            attr.kernel.name                                 | '${attr.kernel.name}'
            env["HOME"]                                      | '${env["HOME"]}'
            "${var.jobs/web.password}"                       | '${var.jobs/web.password}'
            "${var.jobs/name/web.a.key}"                     | '${var.jobs/name/web.a.key}'
            "${var.other.key}"                               | '${var.other.key}'
            "${upper(var.name)}-${node.unique.id}"           | 'WEB-${node.unique.id}'
            format("%s-%05.1f-%d%%", var.name, 2.25, 7)      | 'web-002.2-7%'
            format("%-4s/%4s/%q/%x/%t", "a", "b", "c", 255, true) | 'a   /   b/"c"/ff/true'
            format("%s", node.unique.id)                     | '${node.unique.id}'
            formatlist("%s:%d", var.zones, 1)                | ['a:1', 'b:1', 'c:1']
            join(",", var.zones, ["d"])                      | 'a,b,c,d'
            split(",", "a,b,,c")                             | ['a', 'b', '', 'c']
            replace("a.b.c", ".", "-")                       | 'a-b-c'
            regex_replace("v1.22", "[0-9]+\\\\.([0-9]+)", "$1") | 'v22'
            regex("([a-z]+)-(?P<n>[0-9]+)", "web-12").n      | '12'
            regexall("[0-9]", "a1b2")                        | ['1', '2']
            title("hello big world")                         | 'Hello Big World'
            trim("  x ", " ")                                | 'x'
            trimprefix("vv1", "v")                           | 'v1'
            trimsuffix("a.hcl", ".hcl")                      | 'a'
            trimspace(" a ")                                 | 'a'
            chomp("a\\n\\n")                                 | 'a'
            indent(2, "a\\nb")                               | ~'a\n  b'~
            strlen("äö")                                     | 2
            strrev("abc")                                    | 'cba'
            substr("abcdef", -3, 2)                          | 'de'
            substr("hello", 1, -10)                          | 'ello'
            substr("abc", -10, 2)                            | 'ab'
            substr("hello", 10, 10)                          | ''
            substr("we\\u0301\\u0301\\u0301e\\u0301\\u0301\\u0301!", 2, 2) == "e\\u0301\\u0301\\u0301!" | true
            substr("noe\\u0308l", 3, -1)                      | 'l'
            strlen("noe\\u0308l")                             | 4
            length("💃🏿")                                     | 1
            strlen("👨‍👩‍👧‍👦🇩🇪🇫🇷")                           | 3
            strlen("a\\r\\nb")                                 | 3
            strlen("baﬄe")                                   | 4
            strrev("noe\\u0308l") == "le\\u0308on"             | true
            strrev("Живой Журнал")                           | 'ланруЖ йовиЖ'
            reverse("😸😾")                                   | '😾😸'
            format("[%4s;%-4s;%6q]", "💃🏿", "💃🏿", "💃🏿")     | '[   💃🏿;💃🏿   ;   "💃🏿"]'
            format("%.5s", "日本語日本語")                     | '日本語日本'
            format("%05s;%-5s", "ab", "ab")                  | '000ab;ab   '
            urlencode("abc123-_.~*")                         | 'abc123-_.~%2A'
            urlencode("foo/bar baz+")                        | 'foo%2Fbar+baz%2B'
            parseint("Zz", 62)                               | 3817
            parseint("aA", 37)                               | 406
            parseint("FF", 16) + parseint("-ff", 16)         | 0
            parseint("+101", 2)                              | 5
            [for n in ["", "-", "1_0", "१", "a", "9 "] : can(parseint(n, 10))] | [false, false, false, false, false, false]
            format("%g;%G", 1000, 1000)                      | '1000;1000'
            format("%g;%G", 0.00000000000000000000001, "0.00000000000000000000001") | '1e-23;1E-23'
            format("%g;%g;%g;%g", 0, 0.0001, 0.00001, -2.50) | '0;0.0001;1e-05;-2.5'
            format("%g;%g;%g", 123456, 1000000, 1234567.5)   | '123456;1e+06;1.2345675e+06'
            format("%.3g;%.3g;%.3g;%.0g", 1234.5, 12.345, 0.1, 25) | '1.23e+03;12.3;0.1;2e+01'
            format("%+g;%8.2g;%-8gx;%08g", 1, 3.14159, 2, -3) | '+1;     3.1;2       x;-0000003'
            startswith("abc", "ab") && endswith("abc", "bc") && strcontains("abc", "b") | true
            max(1, 5, 3) + min(var.count, 2)                 | 7
            [abs(-1.5), ceil(1.2), floor(1.8), signum(-3)]   | [1.5, 2, 1, -1]
            pow(2, 100)                                      | 1267650600228229401496703205376
            parseint("ff", 16)                               | 255
            log(8, 2)                                        | 3
            length(var.zones) + length(var.ports) + length("abc") | 8
            element(var.zones, 4)                            | 'b'
            index(var.zones, "c")                            | 2
            contains(var.zones, "b")                         | true
            concat(["a"], ["b"])                             | ['a', 'b']
            reverse(var.zones)                               | ['c', 'b', 'a']
            slice(var.zones, 1, 3)                           | ['b', 'c']
            sort(["b", "a"])                                 | ['a', 'b']
            distinct([1, 1.0, 2])                            | [1, 2]
            distinct([1, "1", "a"])                          | ['1', 'a']
            tolist([1, "a"])                                 | ['1', 'a']
            jsonencode(tolist([true, null, "a"]))            | '["true",null,"a"]'
            tolist([[1, "a"], ["b", 2]])                     | [['1', 'a'], ['b', '2']]
            tolist([[1], ["b", 2]])                          | [['1'], ['b', '2']]
            tolist([{ a = 1 }, { a = "b" }])                 | [{a='1'}, {a='b'}]
            tolist([{ a = 1 }, { b = "c" }])                 | [{a='1'}, {b='c'}]
            toset(["b", "a", "b", 1])                        | ['1', 'a', 'b']
            toset([10, 9, 1])                                | [1, 9, 10]
            toset([true, false])                             | [false, true]
            toset([["b"], ["a"]])                            | [['a'], ['b']]
            toset(["𝄞", "｡"])                                | ['｡', '𝄞']
            setunion(["c"], ["a", 1])                        | ['1', 'a', 'c']
            setintersection(["2", "1"], [1, 2])              | ['1', '2']
            setsubtract([3, 2, 1], ["2"])                    | ['1', '3']
            "%{ for z in toset(["b", "a"]) }${z}%{ endfor }" | 'ab'
            jsonencode(toset(["b", "a"]))                    | '["a","b"]'
            compact(["a", "", "b"])                          | ['a', 'b']
            flatten([["a"], [["b"], "c"]])                   | ['a', 'b', 'c']
            chunklist([1, 2, 3], 2)                          | [[1, 2], [3]]
            range(3)                                         | [0, 1, 2]
            range(6, 0, -2)                                  | [6, 4, 2]
            coalesce("", null, "x")                          | 'x'
            coalescelist([], ["x"])                          | ['x']
            keys(var.ports)                                  | ['admin', 'http']
            values(var.ports)                                | [9000, 80]
            lookup(var.ports, "none", 1)                     | 1
            merge({ a = 1, b = 2 }, { b = 3 })               | {a=1; b=3}
            zipmap(["a", "b"], [1, 2])                       | {a=1; b=2}
            setunion(["a"], ["a", "b"])                      | ['a', 'b']
            setintersection(["a", "b"], ["b", "c"])          | ['b']
            setsubtract(["a", "b"], ["b"])                   | ['a']
            setproduct(["a", "b"], [1, 2])                   | [['a', 1], ['a', 2], ['b', 1], ['b', 2]]
            max([1, 4, 2]...)                                | 4
            base64encode("hi")                               | 'aGk='
            base64decode("aGk=")                             | 'hi'
            urlencode("a b&c")                               | 'a+b%26c'
            jsonencode({ b = [1, true], a = null })          | '{"a":null,"b":[1,true]}'
            jsondecode("{\\"a\\": [1.50, \\"x\\"]}")         | {a=[1.50, 'x']}
            csvdecode("a,b\\n1,\\"x,y\\"\\n")                | [{a='1'; b='x,y'}]
            md5("a")                                         | '0cc175b9c0f1b6a831c399e269772661'
            sha1("a")                                        | '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8'
            substr(sha256("a"), 0, 8)                        | 'ca978112'
            substr(sha512("a"), 0, 8)                        | '1f40fc92'
            uuidv5("dns", "www.example.com")                 | '2ed6657d-e927-568b-95e1-2665a8aea6a2'
            strlen(uuidv4())                                 | 36
            timeadd("2024-01-31T23:30:00Z", "1h30m")         | '2024-02-01T01:00:00Z'
            formatdate("DD MMM YYYY hh:mm ZZZ", "2024-05-01T12:00:00Z") | '01 May 2024 12:00 UTC'
            formatdate("EEEE, 'the' D", "2024-05-01T12:00:00+02:00") | 'Wednesday, the 1'
            cidrhost("10.0.0.0/8", 5)                        | '10.0.0.5'
            cidrhost("10.1.0.0/16", -2)                      | '10.1.255.254'
            cidrnetmask("172.16.0.0/12")                     | '255.240.0.0'
            cidrsubnet("172.16.0.0/12", 4, 2)                | '172.18.0.0/16'
            cidrsubnet("fd00::/48", 16, 162)                 | 'fd00:0:0:a2::/64'
            cidrsubnets("10.1.0.0/16", 4, 4, 8)              | ['10.1.0.0/20', '10.1.16.0/20', '10.1.32.0/24']
            try(var.ports.none, "none")                      | 'none'
            can(var.ports.none)                              | false
            convert("3", number) + 1                         | 4
            convert(["b", "b"], set(string))                 | ['b']
            basename("/a/b.txt")                             | 'b.txt'
            dirname("/a/b.txt")                              | '/a'
            """)
    void an_expression_has_its_value(String expression, String value) {
        assertThat(Plain.read(DEFINITIONS + "v = " + expression + "\n")).isEqualTo("v=" + value);
    }

    @Test
    void an_or_is_decided_by_its_left_side_alone_if_that_holds() {
        assertThat(Plain.read("v = true || nope\nw = false || 1 > 2")).isEqualTo("v=true; w=false");
    }

    @Test
    void a_setting_that_is_null_is_left_out() {
        assertThat(Plain.read("a = null\nb = { c = null, d = 1 }\ne = var.none\nvariable \"none\" { default = null }"))
                .isEqualTo("b={d=1}");
    }

    @Test
    void a_heredoc_is_a_template_and_loses_the_blanks_that_all_its_lines_have() {
        assertThat(Plain.read("""
                variable "zones" { default = ["a", "b"] }
                plain = <<END
                  one ${upper("x")} \\n
                END
                flush = <<-END
                    zones:
                    %{ for z in var.zones ~}
                      - ${z}
                    %{ endfor ~}
                    port ${NOMAD_PORT_http}
                    END
                after = 1
                """))
                .isEqualTo("plain='  one X \\n\n'; flush='zones:\n- a\n- b\nport ${NOMAD_PORT_http}\n'; after=1");
    }

    @Test
    void expressions_go_on_over_lines_in_brackets_only() {
        assertThat(Plain.read("""
                a = (1 +
                  2)
                b = [
                  for z in ["x"] :
                  z
                ]
                c = {
                  d = 1
                  e = 2, f = 3
                }
                g = max(
                  1,
                  2,
                )
                """)).isEqualTo("a=3; b=['x']; c={d=1; e=2; f=3}; g=2");
    }

    @Test
    void files_are_read_below_the_job_file_only_where_files_may_be_read() throws IOException {
        Files.writeString(Files.createDirectory(dir.resolve("conf")).resolve("a.conf"), "x = 1\n");
        String file = """
                a = file("conf/a.conf")
                b = filebase64("conf/a.conf")
                c = fileexists("conf/none")
                d = fileset("conf", "*.conf")
                """;

        assertThat(Plain.read(file, Inputs.NONE, Surroundings.in(dir)))
                .isEqualTo("a='x = 1\n'; b='eCA9IDEK'; c=false; d=['a.conf']");
        assertThat(Plain.read(file).lines())
                .hasSize(4)
                .allMatch(fault -> fault.contains("reads files, which only the command line does"));
        assertThat(Plain.read("a = file(\"none\")", Inputs.NONE, Surroundings.in(dir)))
                .startsWith("1:10: there is no file ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            nope                          | 1:5: nope is no value: put text in double quotes
            var.nmae                      | 1:9: there is no variable "nmae" in this file: declare it, variable "nmae" { … }
            "${local.x}"                  | 1:14: there is no local "x" in this file: define it, locals { x = … }
            var                           | 1:5: var alone is no value: name one, var.NAME
            uper("x")                     | 1:5: there is no function "uper": did you mean "upper"?
            upper()                       | 1:5: upper takes 1 argument, not 0
            upper(["x"])                  | 1:11: argument 1 of upper must be a text, not a list
            bcrypt("x")                   | 1:5: bcrypt is not supported: its result changes with each reading, and a job is no place for passwords: use a stored variable
            1 / 0                         | 1:9: nothing can be divided by 0
            1 + "x"                       | 1:9: must be a number, not "x"
            !1                            | 1:6: must be true or false, not 1
            "${["a"]}"                    | [list]
            "a${["b"]}"                   | 1:9: a list can't stand in a text: write join or jsonencode
            { a = 1 }.b                   | 1:15: there is no "b" in this map: did you mean "a"?
            ["a"][1]                      | 1:10: there is no element 1 in a list of 1
            upper(attr.cpu.arch)          | 1:11: ${attr.cpu.arch} is known only when the job runs: nothing can be calculated of it here
            "${NOMAD_ALLOC_INDEX + 1}"    | 1:8: ${NOMAD_ALLOC_INDEX} is known only when the job runs: nothing can be calculated of it here
            node.class == "x"             | 1:5: ${node.class} is known only when the job runs: nothing can be calculated of it here
            "${HOME:-/root}"              | 1:12: expected }, found : (within the ${ at 1:6; write $${ for a plain ${)
            "%{ if true }x"               | 1:6: this %{ if } is never closed: add %{ endif }
            "%{ endif }"                  | 1:5: %{ endif } in this text ends nothing: take it out
            "\\d"                         | 1:6: \\d is no escape: write \\\\d for a backslash
            0644                          | 1:5: 0644 is octal in HCL 1 and decimal in HCL 2: write it without its zeros, or in quotes
            [1 2]                         | 1:8: expected , or ] in a list, found 2
            (1                            | 1:5: this ( is never closed: add )
            format("%z", 1)               | 1:12: %z is no verb of format
            format("%s")                  | 1:12: %s has no argument 1
            regex("((a{1000}){1000}){1000}", "x") | 1:11: this regular expression can't be used: its repetitions are too many or too deep: make their counts smaller
            regex("[", "x")               | 1:11: this regular expression can't be used: missing closing ]
            jsondecode("{")               | 1:16: this is not JSON
            [for x in 3 : x]              | 1:15: a number is no list and no map: nothing to go through
            { for x in ["a", "a"] : x => 1 } | 1:29: two elements have the key "a": write ... after the value to collect both in a list
            """)
    void an_expression_without_a_value_says_why_and_where(String expression, String fault) {
        String expected = fault.equals("[list]") ? "v=['a']" : fault;

        assertThat(Plain.read("v = " + expression + "\n")).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[for a in range(100000) : [for b in range(100000) : b]]",
                "range(1000000000)",
                "range(0, 1, 0.0000000001)",
                "format(\"%100000d\", 1)",
                "replace(join(\"\", [for i in range(100000) : \"aaaaaaaaaa\"]), \"\", \"bbbbbbbbbb\")",
                "setproduct(range(1000), range(1000), range(1000))",
                "pow(pow(10, 900), 900)",
                "1e999 * 1e999",
                "indent(1000, join(\"\\n\", range(100000)))",
                "regexall(\"(a*)*b\", join(\"\", [for i in range(300000) : \"aaaaaaaaaa\"]))"
            })
    void an_expression_that_would_take_all_time_or_memory_is_refused_soon(String bomb) {
        assertTimeoutPreemptively(
                Duration.ofMinutes(1),
                () -> assertThat(Plain.read("v = " + bomb + "\n")).matches("(?s)1:\\d+: .*"));
    }

    @Test
    void values_that_share_their_parts_count_as_large_as_they_are_written() {
        StringBuilder file = new StringBuilder("locals {\n  a0 = [\"xxxxxxxxxx\"]\n");
        for (int i = 1; i < 60; i++) {
            file.append("  a%d = [local.a%d, local.a%d]\n".formatted(i, i - 1, i - 1));
        }

        assertThat(Plain.read(file + "}\nv = local.a59\n")).contains("too large");
    }

    @Test
    void nothing_is_nested_deeper_than_a_stack_is() {
        for (String open : List.of("(", "[", "{ a = ", "-", "!", "f(", "\"${", "x ? ", "[for a in ")) {
            assertThat(Plain.read("v = " + open.repeat(20_000))).as(open).isNotEmpty();
        }
        assertThat(Plain.read("v = 1" + " + 1".repeat(20_000))).contains("operators in a row");
        assertThat(Plain.read("v = a" + ".b".repeat(20_000))).contains("steps in a row");
        StringBuilder chain = new StringBuilder("locals {\n  a0 = 1\n");
        for (int i = 1; i < 5_000; i++) {
            chain.append("  a%d = local.a%d + 1\n".formatted(5_000 - i, 4_999 - i));
        }
        assertThat(Plain.read(chain + "}\n")).contains("refer to each other");
    }

    @Test
    void locals_that_need_each_other_are_refused_once() {
        assertThat(Plain.read("locals {\n  a = local.b\n  b = local.a\n}\nv = local.a\n"))
                .isEqualTo("2:3: local.a needs its own value: take it out of its expression");
    }
}
