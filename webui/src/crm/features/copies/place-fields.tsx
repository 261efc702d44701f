// The fields of where copies lie, for whoever adds a target and for whoever types a sheet by hand.
import { useText } from "../../../i18n";
import { AreaField, type Bound, PasswordField, SelectField, TextField } from "../../../ui/field";
import { isByKey, KINDS, SIGN_INS, STYLES, type TypedPlace } from "./place";

interface Props {
  kind: string;
  signIn: string;
  field: (name: keyof TypedPlace) => Bound;
  /** There is a password already, which stays when none is typed. */
  kept: boolean;
  /** A key that was made is typed from its sheet; else the box makes one. */
  ofSheet: boolean;
}

const CODE = { autoComplete: "off", autoCapitalize: "none", spellCheck: false } as const;

const WORDS = {
  rest: { kindHint: "crm.copies.kindHint.rest", address: "crm.copies.address", addressHint: "crm.copies.addressHint", user: "crm.copies.user", password: "crm.copies.password" },
  sftp: { kindHint: "crm.copies.kindHint.sftp", address: "crm.copies.server", addressHint: "crm.copies.serverHint", user: "crm.copies.user", password: "crm.copies.password" },
  s3: { kindHint: "crm.copies.kindHint.s3", address: "crm.copies.endpoint", addressHint: "crm.copies.endpointHint", user: "crm.copies.keyId", password: "crm.copies.secret" },
} as const;

export function PlaceFields({ kind, signIn, field, kept, ofSheet }: Props) {
  const { t } = useText();
  const words = WORDS[KINDS.find((one) => one === kind) ?? "rest"];
  const isBucket = kind === "s3";
  const isSftp = kind === "sftp";
  const byKey = isByKey({ kind, signIn });
  return (
    <>
      <SelectField label={t("crm.copies.kind")} hint={t(words.kindHint)} field={field("kind")} options={KINDS.map((one) => ({ value: one, label: t(`crm.copies.kindOf.${one}`) }))} />
      <TextField label={t(words.address)} hint={t(words.addressHint)} field={field("address")} inputMode="url" {...CODE} />
      {isBucket && (
        <>
          <div className="grid gap-4 sm:grid-cols-2">
            <TextField label={t("crm.copies.region")} hint={t("crm.copies.regionHint")} field={field("region")} {...CODE} />
            <TextField label={t("crm.copies.bucket")} hint={t("crm.copies.bucketHint")} field={field("bucket")} {...CODE} />
          </div>
          <TextField label={t("crm.copies.folder")} hint={t("crm.copies.folderHint")} field={field("folder")} optional {...CODE} />
          <SelectField label={t("crm.copies.style")} hint={t("crm.copies.styleHint")} field={field("style")} options={STYLES.map((one) => ({ value: one, label: t(`crm.copies.styleOf.${one}`) }))} />
        </>
      )}
      {isSftp && (
        <>
          <TextField label={t("crm.copies.path")} hint={t("crm.copies.pathHint")} field={field("folder")} {...CODE} />
          <AreaField label={t("crm.copies.hostKey")} hint={t("crm.copies.hostKeyHint")} field={field("hostKey")} rows={3} {...CODE} />
          <SelectField label={t("crm.copies.signIn")} hint={byKey && !ofSheet ? t("crm.copies.signInHint") : undefined} field={field("signIn")} options={SIGN_INS.map((one) => ({ value: one, label: t(`crm.copies.signInBy.${one}`) }))} />
        </>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label={t(words.user)} field={field("user")} {...CODE} />
        {!byKey && <PasswordField label={t(words.password)} hint={kept ? t(isSftp ? "crm.copies.passwordKeptSftp" : "crm.copies.passwordKept") : undefined} field={field("password")} optional={kept} autoComplete="off" />}
      </div>
      {byKey && ofSheet && <TextField label={t("crm.copies.boxKey")} hint={t("crm.copies.boxKeyHint")} field={field("password")} {...CODE} />}
      {!isSftp && <AreaField label={t("crm.copies.authority")} hint={t("crm.copies.authorityHint")} field={field("authority")} rows={3} optional {...CODE} />}
    </>
  );
}
