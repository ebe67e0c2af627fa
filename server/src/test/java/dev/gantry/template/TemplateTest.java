package dev.gantry.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each line is a template and what Go's text/template and consul-template make of it. */
class TemplateTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '^',
            ignoreLeadingAndTrailingWhitespace = true,
            value = {
                // Texts, trims, comments.
                "plain ~ plain",
                "a {{ 23 -}} < {{- 45 }} b ~ a 23<45 b",
                "a {{/* a {{ comment }} */}}b ~ a b",
                "a {{- /* a comment */ -}} b ~ ab",
                "{{-3}} ~ -3",
                "^{{\n3\n}}^ ~ 3",
                "{ {{`raw \\n text`}} } ~ { raw \\n text }",
                "{{\"q\\\"\\t\\u00e9\\x41\\101\"}}| ~ ^q\"\téAA|^",
                "{{'a'}} {{'\\n'}} ~ 97 10",
                "{{0x1F}} {{0b101}} {{0o17}} {{017}} {{1_000}} ~ 31 5 15 15 1000",
                "{{1.5}} {{1e3}} {{1e21}} {{.5}} {{1e-5}} {{100000000000000000000.0}} ~ 1.5 1000 1e+21 0.5 1e-05 100000000000000000000",
                // Values without a value.
                "{{.}} {{$}} ~ <no value> <no value>",
                "{{ (parseJSON (env \"JSON\")).missing }} ~ <no value>",
                // Conditions.
                "{{if true}}T{{else}}F{{end}} ~ T",
                "{{if 0}}T{{else if \"\"}}U{{else if 1}}V{{else}}F{{end}} ~ V",
                "{{with env \"HOSTS\"}}{{.}}{{else}}none{{end}} ~ a,b,c",
                "{{with env \"NONE\"}}{{.}}{{else with env \"HOSTS\"}}2{{.}}{{end}} ~ 2a,b,c",
                "{{with $x := 5}}{{$x}}{{.}}{{end}} ~ 55",
                "{{if and 1 \"x\"}}{{and 1 \"x\"}}{{end}}{{or 0 \"\" \"y\"}} ~ xy",
                "{{or 1 (mustEnv \"NONE\")}}{{and 0 (mustEnv \"NONE\")}} ~ 10",
                "{{not 0}} {{not \"x\"}} ~ true false",
                "{{if (not (eq 1 2))}}y{{end}} ~ y",
                // Loops.
                "{{range split \",\" (env \"HOSTS\")}}[{{.}}]{{end}} ~ [a][b][c]",
                "{{range $i, $h := env \"HOSTS\" | split \",\"}}{{if $i}}, {{end}}{{$i}}={{$h}}{{end}} ~ 0=a, 1=b, 2=c",
                "{{range $k, $v := parseJSON \"{\\\"b\\\":1,\\\"a\\\":2}\"}}{{$k}}{{$v}};{{end}} ~ a2;b1;",
                "{{range nomadService \"none\"}}x{{else}}empty{{end}} ~ empty",
                "{{range 3}}{{.}}{{end}} ~ 012",
                "{{range loop 2 5}}{{.}}{{end}}{{range loop 2}}{{.}}{{end}} ~ 23401",
                "{{range loop 9}}{{if eq . 2}}{{continue}}{{end}}{{if eq . 4}}{{break}}{{end}}{{.}}{{end}} ~ 013",
                "{{$n := 0}}{{range loop 4}}{{$n = add 1 $n}}{{end}}{{$n}} ~ 4",
                "{{$x := 1}}{{if true}}{{$x := 2}}{{$x}}{{end}}{{$x}} ~ 21",
                "{{range $e := loop 2}}{{$e}}{{end}} ~ 01",
                // Pipelines.
                "{{\"output\" | printf \"%q\"}} ~ \"output\"",
                "{{\"put\" | printf \"%s%s\" \"out\" | printf \"%q\"}} ~ \"output\"",
                "{{printf \"%q\" (print \"out\" \"put\")}} ~ \"output\"",
                // print, printf.
                "{{print 1 2 \"a\" 3 \"b\" \"c\"}} {{println \"x\" 1}}| ~ ^1 2a3bc x 1\n|^",
                "{{printf \"%d %05d %-4d| %+d %x %X %o %b %c %U\" 42 42 42 42 255 255 8 5 65 65}} ~ 42 00042 42  | +42 ff FF 10 101 A U+0041",
                "{{printf \"%f %.2f %e %g %8.3f|\" 1.5 2.345 1500.0 0.000001 3.14159}} ~ 1.500000 2.35 1.500000e+03 1e-06    3.142|",
                "{{printf \"%s %v %5s|%-5s|%.2s %x %t\" \"a\" \"b\" \"c\" \"d\" \"efg\" \"hi\" true}} ~ a b     c|d    |ef 6869 true",
                "{{printf \"%d %s %z %d\" \"x\" 5 1}} ~ %!d(string=x) %!s(int=5) %!z(int=1) %!d(MISSING)",
                "{{printf \"%d%%\" 5 6}} ~ 5%%!(EXTRA int=6)",
                "{{printf \"%v %s\" (split \",\" \"a,b\") (split \",\" \"c,d\")}} ~ [a b] [c d]",
                // Comparisons.
                "{{eq 1 1}}{{eq 1 2 3 1}}{{eq \"a\" \"b\"}}{{ne 1 2}} ~ truetruefalsetrue",
                "{{lt 1 2}}{{le 2 2}}{{gt \"b\" \"a\"}}{{ge 1.5 2.5}} ~ truetruetruefalse",
                // Texts.
                "{{\"  x \" | trimSpace}}{{\"xxaxx\" | trim \"x\"}}{{\"v1\" | trimPrefix \"v\"}}{{\"a.x\" | trimSuffix \".x\"}} ~ xa1a",
                "{{toUpper \"aé\"}} {{toLower \"AÉ\"}} {{toTitle \"two words\"}} ~ AÉ aé Two Words",
                "{{\"a.b.c\" | replaceAll \".\" \"-\"}} {{\"ab\" | replaceAll \"\" \"-\"}} ~ a-b-c -a-b-",
                "{{\"host-12\" | regexReplaceAll \"([a-z]+)-([0-9]+)\" \"$2:${1}x$$\"}} {{regexMatch \"^h.*2$\" \"host-12\"}} ~ 12:hostx$ true",
                "{{join \"+\" (split \",\" (env \"HOSTS\"))}} ~ a+b+c",
                "^{{indent 2 \"a\\n\\nb\"}}|^ ~ ^  a\n\n  b|^",
                "{{urlquery \"a b&c\" }} ~ a+b%26c",
                // Lists and maps.
                "{{len \"é\"}} {{len (split \",\" \"a,b\")}} ~ 2 2",
                "{{index (split \",\" \"a,b\") 1}} {{index (parseJSON (env \"JSON\")) \"deep\" \"b\"}} ~ b 1",
                "{{(index (nomadService \"web\") 0).Address}} ~ 10.0.0.1",
                "{{split \",\" \"a,b\" | contains \"b\"}} {{in (split \",\" \"a,b\") \"c\"}} {{\"abc\" | contains \"b\"}} ~ true false true",
                "{{containsAll (split \",\" \"a\") (split \",\" \"a,b\")}}{{containsAny (split \",\" \"x,b\") (split \",\" \"a,b\")}}{{containsNone (split \",\" \"x\") (split \",\" \"a,b\")}} ~ truetruetrue",
                // Encodings.
                "{{parseJSON (env \"JSON\")}} ~ map[deep:map[a:<&> b:1] list:[1 2.5 x <nil>] name:web on:true size:3]",
                "{{(parseJSON (env \"JSON\")).deep | toJSON}} ~ {\"a\":\"\\u003c\\u0026\\u003e\",\"b\":1}",
                "{{(parseJSON (env \"JSON\")).list | toJSONPretty}} ~ ^[\n  1,\n  2.5,\n  \"x\",\n  null\n]^",
                "{{parseInt \"-7\" | add 1}} {{parseBool \"T\"}} {{parseFloat \"2.50\"}} {{parseUint \"\"}} ~ -6 true 2.5 0",
                "{{base64Encode \"hé\"}} {{base64Decode \"aMOp\"}} {{base64URLEncode \"?>?>\"}} {{base64URLDecode \"Pz4_Pg==\"}} ~ aMOp hé Pz4_Pg== ?>?>",
                "{{sha256Hex \"bladibla\"}} ~ 54cf4c66bcabb5c20e25331c01dd600b73369e97a947861bd8d3a0e0b8b3d70b",
                "{{md5sum \"hello\"}} ~ 5d41402abc4b2a76b9719d911017c592",
                // Numbers: the piped number comes first in the operation.
                "{{5 | subtract 2}} {{7 | divide 2}} {{7.0 | divide 2}} {{7 | modulo 4}} {{multiply 2 3}} {{add 1.5 1}} {{minimum 2 3}} {{maximum 2 3}} ~ 3 3 3.5 3 6 2.5 2 3",
                // Inputs.
                "{{env \"NOMAD_PORT_http\"}} {{env \"NONE\"}}| {{envOrDefault \"NONE\" \"d\"}} {{envOrDefault \"EMPTY\" \"d\"}}| {{mustEnv \"meta.owner\"}} ~ 20001 | d | ops",
                "{{range nomadService \"web\"}}server {{.Address}}:{{.Port}};{{end}} ~ server 10.0.0.1:20001;server 10.0.0.2:20002;",
                "{{range nomadService \"green.web\"}}{{.Name}} {{.AllocID}} {{.JobID}} {{.Tags}}{{end}} ~ web a2 shop [green v1]",
                "{{len (nomadService 1 \"key\" \"web\")}} ~ 1",
                "{{range $tag, $all := nomadService \"web\" | byTag}}{{$tag}}={{len $all}} {{end}}. ~ blue=1 green=1 v1=2 .",
                "{{with nomadVar \"jobs/shop\"}}{{.user}}:{{.password}}{{end}} ~ web:s3cret",
                "{{with nomadVar \"nomad/jobs/shop\"}}{{range $k, $v := .}}{{$k}}={{$v}} {{end}}{{end}}. ~ password=s3cret user=web .",
                "{{nomadVarExists \"jobs/shop\"}} {{nomadVarExists \"jobs/other\"}} ~ true false",
            })
    void renders_what_go_renders(String template, String expected) throws Exception {
        assertThat(render(template)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '^',
            value = {
                "{{if true}}x ~ line 1, column 3: {{if}} has no {{end}}",
                "^a\n  {{end}}^ ~ line 2, column 5: {{end}} without a block that it belongs to",
                "{{if 1}}{{else}}{{else}}{{end}} ~ line 1, column 19: a second {{else}}: write {{end}}",
                "{{ env ~ line 1, column 1: the action has no end: write }}",
                "{{ \"x }} ~ line 1, column 4: the text has no end: write \"",
                "{{/* x }} ~ line 1, column 1: the comment has no end: write */ before }}",
                "{{}} ~ line 1, column 3: the action ends where a value is missing",
                "{{ $x }} ~ line 1, column 4: there is no variable $x here: set it before, as in {{$x := \"value\"}}",
                "{{ env }} ~ line 1, column 4: env takes 1 arguments, and has 0 here",
                "{{ .a-b }} ~ ^line 1, column 6: \"-\" can't stand here; a key with a - in it is written: index . \"KEY\"^",
                "{{ 1 2 }} ~ line 1, column 4: this is no function, so it can't have arguments",
                "{{ nil }} ~ line 1, column 4: nil is no command",
                "{{ break }} ~ line 1, column 4: {{break}} outside of {{range}}",
                "{{ define \"x\" }}{{ end }} ~ line 1, column 4: {{define}} is not supported: write what it has where it is used",
                "{{ toUper \"x\" }} ~ line 1, column 4: there is no function toUper; did you mean \"toUpper\"?",
                "{{ key \"x\" }} ~ line 1, column 4: the function key is not supported: Gantry has no Consul; store the value as a variable and use nomadVar \"PATH\"",
                "{{ range service \"x\" }}{{ end }} ~ line 1, column 10: the function service is not supported: Gantry has no Consul; use nomadService \"NAME\", which reads Gantry's own directory",
                "{{ secret \"x\" }} ~ line 1, column 4: the function secret is not supported: Gantry has no Vault; store the secret as a variable and use nomadVar \"PATH\"",
                "{{ file \"/etc/shadow\" }} ~ line 1, column 4: the function file is not supported: a template reads no files of the node; use source for the whole template, or a variable",
                "{{ nomadVar (env \"X\") }} ~ line 1, column 4: nomadVar needs a text as its last argument, written out after the function: what a template reads is checked when the job is submitted",
                "{{ \"x\" | nomadService }} ~ line 1, column 10: nomadService needs a text as its last argument, written out after the function: what a template reads is checked when the job is submitted",
                "{{ nomadService 1 \"x\" }} ~ line 1, column 4: nomadService takes a name, or a number, a key and a name",
                "{{ 99999999999999999999 }} ~ ^line 1, column 4: \"99999999999999999999\" is no number, or is too large^",
            })
    void refuses_a_template_with_line_column_and_remedy(String template, String message) {
        assertThatExceptionOfType(TemplateException.class)
                .isThrownBy(() -> ParsedTemplate.parse(template, Delimiters.DEFAULT))
                .withMessage(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '^',
            value = {
                "{{ mustEnv \"NONE\" }} ~ line 1, column 4: mustEnv: there is no environment variable \"NONE\"",
                "{{ nomadVar \"jobs/other\" }} ~ line 1, column 4: nomadVar: there is no variable \"jobs/other\"",
                "{{ with nomadVar \"jobs/shop\" }}{{ parseInt .password }}{{ end }} ~ line 1, column 35: parseInt: the text is no integer, or is too large",
                "{{ with nomadVar \"jobs/shop\" }}{{ .password | parseJSON }}{{ end }} ~ line 1, column 47: parseJSON: the text is no JSON, or is nested too deep",
                "{{ with nomadVar \"jobs/shop\" }}{{ .password | regexMatch \"(\" }}{{ end }} ~ line 1, column 47: regexMatch: the regular expression can't be used: missing closing )",
                "{{ regexMatch \"((a{1000}){1000}){1000}\" \"x\" }} ~ line 1, column 4: regexMatch: the regular expression can't be used: its repetitions are too many or too deep: make their counts smaller",
                "{{ regexReplaceAll \"((a{1000}){1000}){1000}\" \"\" \"x\" }} ~ line 1, column 4: regexReplaceAll: the regular expression can't be used: its repetitions are too many or too deep: make their counts smaller",
                "{{ eq 1 \"1\" }} ~ line 1, column 4: eq: can't compare values of the kinds int and string: convert one, as with parseInt or printf \"%v\"",
                "{{ range 1.5 }}{{ end }} ~ line 1, column 10: range can't go over a value of the kind float64",
                "{{ range nomadService \"web\" }}{{ .Host }}{{ end }} ~ line 1, column 34: there is no field .Host; there are .Address, .AllocID, .ID, .JobID, .Name, .Node, .Port, .Tags",
                "{{ index (split \",\" \"a\") 1 }} ~ line 1, column 4: index: there is no element 1 in a list of 1",
                "{{ divide 0 1 }} ~ line 1, column 4: divide: can't divide by 0",
            })
    void names_the_place_of_a_fault_while_it_renders_but_no_value(String template, String message) {
        assertThatExceptionOfType(TemplateException.class)
                .isThrownBy(() -> render(template))
                .withMessage(message)
                .withMessageNotContaining("s3cret");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '^',
            value = {
                "{{range loop 1000}}{{range loop 1000}}{{range loop 1000}}{{end}}{{end}}{{end}} ~ takes more than 2000000 steps",
                "{{range loop 9999999999}}{{end}} ~ takes more than 2000000 steps",
                "{{range 9999999999}}{{end}} ~ takes more than 2000000 steps",
                "{{$x := \"aaaaaaaaaaaaaaaa\"}}{{range loop 64}}{{$x = print $x $x}}{{end}} ~ a text gets longer than 1048576 characters",
                "{{$x := printf \"%1000d\" 1}}{{range loop 3}}{{$x = $x | replaceAll \" \" $x}}{{end}} ~ a text gets longer than 1048576 characters",
                "{{range loop 2000}}{{printf \"%1000d\" 1}}{{end}} ~ a text gets longer than 1048576 characters",
                "{{indent 999999999 \"x\"}} ~ can't indent by 999999999 spaces",
            })
    void stops_a_template_that_takes_too_much(String template, String message) {
        assertThatExceptionOfType(TemplateException.class)
                .isThrownBy(() -> render(template))
                .withMessageContaining(message);
    }

    @Test
    void refuses_blocks_that_are_nested_too_deep() {
        assertThatExceptionOfType(TemplateException.class)
                .isThrownBy(
                        () -> ParsedTemplate.parse("{{if 1}}".repeat(101) + "{{end}}".repeat(101), Delimiters.DEFAULT))
                .withMessageContaining("nested more than 100 deep");
        assertThatExceptionOfType(TemplateException.class)
                .isThrownBy(() ->
                        ParsedTemplate.parse("{{" + "(".repeat(101) + "1" + ")".repeat(101) + "}}", Delimiters.DEFAULT))
                .withMessageContaining("nested more than 100 deep");
    }

    @Test
    void takes_other_delimiters() throws Exception {
        ParsedTemplate template = ParsedTemplate.parse("{{ x }} [[ env \"HOSTS\" -]] y", Delimiters.of("[[", "]]"));

        assertThat(template.render(TemplateInputsFixture.INPUTS, false)).isEqualTo("{{ x }} a,b,cy");
    }

    @Test
    void a_missing_key_is_a_fault_if_the_job_asks_for_that() throws Exception {
        ParsedTemplate template =
                ParsedTemplate.parse("{{ with nomadVar \"jobs/shop\" }}{{ .absent }}{{ end }}", Delimiters.DEFAULT);

        assertThat(template.render(TemplateInputsFixture.INPUTS, false)).isEqualTo("<no value>");
        assertThatExceptionOfType(TemplateException.class)
                .isThrownBy(() -> template.render(TemplateInputsFixture.INPUTS, true))
                .withMessage("line 1, column 35: the map has no key \"absent\"");
    }

    @Test
    void tells_what_a_template_may_look_up_also_where_it_is_not_evaluated() throws Exception {
        ParsedTemplate template = ParsedTemplate.parse(
                "{{ if false }}{{ range nomadService \"blue.web\" }}{{ end }}{{ end }}"
                        + "{{ $v := nomadVar \"nomad/jobs/shop\" }}{{ not (nomadVarExists \"jobs/shop/tls\") }}",
                Delimiters.DEFAULT);

        assertThat(template.lookups())
                .containsExactlyInAnyOrder(
                        new Lookup.OfService("web"),
                        new Lookup.OfVariable("jobs/shop", true),
                        new Lookup.OfVariable("jobs/shop/tls", false));
    }

    @Test
    void some_instances_stay_the_same_when_others_come() throws Exception {
        ParsedTemplate two = ParsedTemplate.parse(
                "{{ range nomadService 2 \"me\" \"web\" }}{{ .AllocID }}{{ end }}", Delimiters.DEFAULT);
        ParsedTemplate one = ParsedTemplate.parse(
                "{{ range nomadService 1 \"me\" \"web\" }}{{ .AllocID }}{{ end }}", Delimiters.DEFAULT);

        assertThat(two.render(TemplateInputsFixture.INPUTS, false))
                .startsWith(one.render(TemplateInputsFixture.INPUTS, false));
    }

    private static String render(String template) throws TemplateException {
        return ParsedTemplate.parse(template, Delimiters.DEFAULT)
                .render(
                        new TemplateInputsFixture(((TemplateInputsFixture) TemplateInputsFixture.INPUTS).environment()),
                        false);
    }

    @Test
    void reads_no_property_of_the_process() throws Exception {
        ParsedTemplate template = ParsedTemplate.parse("{{ env \"PATH\" }}", Delimiters.DEFAULT);

        assertThat(template.render(new TemplateInputsFixture(Map.of()), false)).isEmpty();
    }
}
