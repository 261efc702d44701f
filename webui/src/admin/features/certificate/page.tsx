// The box's own authority: compare its fingerprint with the console, install it, and browsers trust
// the two pages. How, for the systems people have.
import { useQuery } from "@tanstack/react-query";
import { BASE, read } from "../../../api/client";
import { useText } from "../../../i18n";
import { Loaded } from "../../../ui/async";
import { buttonClass } from "../../../ui/button";
import { Secret } from "../../../ui/copy";
import { Icon } from "../../../ui/icons";
import { Facts, Page, Sheet } from "../../../ui/page";
import { DateOf } from "../../../ui/when";
import type { Certificates } from "../../api";

const SYSTEMS = ["windows", "macos", "android", "ios", "linux"] as const;

export function CertificatePage() {
  const { t } = useText();
  const query = useQuery({ queryKey: ["certificate"], queryFn: ({ signal }) => read<Certificates>("/certificate", signal) });
  return (
    <Page
      narrow
      title={t("admin.certificate")}
      lead={t("admin.certificateLead")}
      actions={
        <a href={`${BASE}/ca.crt`} download="gatehouse-ca.crt" className={buttonClass({ kind: "primary" })}>
          <Icon name="download" />
          {t("admin.downloadCa")}
        </a>
      }
    >
      <Loaded query={query}>
        {(certificates) => (
          <Sheet title={t("admin.authority")} footer={t("admin.compare")}>
            <div className="grid gap-4">
              <div>
                <p className="mb-1 text-row text-ink-3">{t("admin.fingerprint")}</p>
                <Secret text={certificates.caFingerprint} />
              </div>
              <Facts
                items={[
                  { label: t("admin.caEnds"), value: <DateOf at={certificates.caNotAfter} /> },
                  ...certificates.leaves.map((leaf) => ({ label: t("admin.leafEnds", { name: leaf.name }), value: <DateOf at={leaf.notAfter} /> })),
                ]}
              />
            </div>
          </Sheet>
        )}
      </Loaded>
      <Sheet title={t("admin.install")} bare>
        {SYSTEMS.map((system) => (
          <details key={system} className="group border-b border-line last:border-b-0">
            <summary className="flex min-h-11 cursor-pointer list-none items-center gap-2 px-4 text-body font-medium sm:px-5">
              <Icon name="chevronRight" className="size-4 text-ink-2 group-open:rotate-90" />
              {t(`admin.system.${system}`)}
            </summary>
            <ol className="grid list-decimal gap-1 px-4 pb-4 pl-11 text-body text-ink-2 sm:pl-12">
              {t(`admin.how.${system}`)
                .split("\n")
                .map((line) => (
                  <li key={line}>{line}</li>
                ))}
            </ol>
          </details>
        ))}
      </Sheet>
    </Page>
  );
}
