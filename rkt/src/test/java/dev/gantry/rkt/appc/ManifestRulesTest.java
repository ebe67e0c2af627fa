package dev.gantry.rkt.appc;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.rkt.RktException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestRulesTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'name':'created','value':'yesterday'} | no time such as",
                "{'name':'created','value':'2006-01-02'} | no time such as",
                "{'name':'homepage','value':'ftp://x'} | no URL of http",
                "{'name':'documentation','value':'not a url'} | no URL of http",
                "{'name':'No Name','value':'x'} | is no AC Identifier",
                "{'name':'a'} | is missing or no string",
                "{'value':'a'} | is missing or no string",
                "{'name':'a','value':'1'},{'name':'a','value':'2'} | duplicate annotations of name \"a\"",
                "7 | invalid image manifest"
            })
    void malformed_annotations_are_refused(String annotations, String why) {
        assertThatThrownBy(() -> check("'annotations':[%s]".formatted(annotations)))
                .isInstanceOf(RktException.class)
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'isolators':[{'name':'os/linux/new','value':1}] | invalid isolator",
                "'isolators':[{'name':'resource/memory','value':{'default':true,'limit':'1G'}}] | default must be false",
                "'isolators':[{'name':'resource/block-iops','value':{'limit':'1'}}] | default must be true",
                "'isolators':[{'name':'resource/block-iops','value':{'default':true,'request':'1'}}] | request not supported",
                "'isolators':[{'name':'os/linux/seccomp-retain-set','value':{'set':[]}}] | set must be non-empty",
                "'isolators':[{'name':'os/linux/capabilities-retain-set','value':{'set':['CAP_KILL']}},"
                        + "{'name':'os/linux/capabilities-remove-set','value':{'set':['CAP_CHOWN']}}] | incompatible",
                "'eventHandlers':[{'name':'pre-stop','exec':['/x']}] | unrecognized eventHandler: pre-stop",
                "'eventHandlers':[{'name':'pre-start','exec':[]}] | needs the absolute path",
                "'eventHandlers':[{'name':'pre-start','exec':['/x']},{'name':'pre-start','exec':['/y']}] | Only one eventHandler"
            })
    void what_rkt_refuses_of_an_app_is_refused(String members, String why) {
        assertThatThrownBy(() -> check("'app':{'exec':['/x'],'user':'0','group':'0',%s}".formatted(members)))
                .isInstanceOf(RktException.class)
                .hasMessageContaining(why);
    }

    @Test
    void what_the_specification_knows_is_taken() {
        assertThatCode(() -> check("""
                        'annotations':[{'name':'created','value':'2016-05-03T09:23:11.123456789+02:00'},
                          {'name':'homepage','value':'https://example.com'},{'name':'appc.io/docker/cmd','value':'[a]'}],
                        'app':{'exec':['/x'],'user':'0','group':'0',
                          'isolators':[{'name':'resource/memory','value':{'limit':'1G'}},
                            {'name':'resource/network-bandwidth','value':{'default':true,'limit':'1G'}},
                            {'name':'os/linux/apparmor-profile','value':'x'}],
                          'eventHandlers':[{'name':'pre-start','exec':['/x']},{'name':'post-stop','exec':['/y','z']}]}""")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'labels':[] | missing os label",
                "'labels':[{'name':'os','value':'freebsd'}] | bad os \"freebsd\" (must be one of: [linux])",
                "'labels':[{'name':'os','value':'linux'},{'name':'arch','value':'z80'}] | bad arch \"z80\" for linux"
            })
    void an_image_for_another_system_is_refused(String labels, String why) {
        assertThatThrownBy(() -> ManifestRules.requireRunnable(manifest(labels)))
                .isInstanceOf(RktException.class)
                .hasMessageContaining(why);
    }

    private static void check(String members) throws RktException {
        ManifestRules.requireValid(manifest(members));
    }

    private static ImageManifest manifest(String members) throws RktException {
        return ImageManifest.parse(
                ("{'acKind':'ImageManifest','acVersion':'0.8.11','name':'example.com/x'," + members + "}")
                        .replace('\'', '"'));
    }
}
