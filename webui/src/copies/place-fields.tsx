// The fields of where copies lie, for whoever adds a target and for whoever types a sheet by hand.
import { useText } from "../i18n";
import { AreaField, type Bound, PasswordField, SelectField, TextField } from "../ui/field";
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
  rest: { kindHint: "copies.kindHint.rest", address: "copies.address", addressHint: "copies.addressHint", user: "copies.user", password: "copies.password" },
  sftp: { kindHint: "copies.kindHint.sftp", address: "copies.server", addressHint: "copies.serverHint", user: "copies.user", password: "copies.password" },
  s3: { kindHint: "copies.kindHint.s3", address: "copies.endpoint", addressHint: "copies.endpointHint", user: "copies.keyId", password: "copies.secret" },
} as const;

export function PlaceFields({ kind, signIn, field, kept, ofSheet }: Props) {
  const { t } = useText();
  const words = WORDS[KINDS.find((one) => one === kind) ?? "rest"];
  const isBucket = kind === "s3";
  const isSftp = kind === "sftp";
  const byKey = isByKey({ kind, signIn });
  return (
    <>
      <SelectField label={t("copies.kind")} hint={t(words.kindHint)} field={field("kind")} options={KINDS.map((one) => ({ value: one, label: t(`copies.kindOf.${one}`) }))} />
      <TextField label={t(words.address)} hint={t(words.addressHint)} field={field("address")} inputMode="url" {...CODE} />
      {isBucket && (
        <>
          <div className="grid gap-4 sm:grid-cols-2">
            <TextField label={t("copies.region")} hint={t("copies.regionHint")} field={field("region")} {...CODE} />
            <TextField label={t("copies.bucket")} hint={t("copies.bucketHint")} field={field("bucket")} {...CODE} />
          </div>
          <TextField label={t("copies.folder")} hint={t("copies.folderHint")} field={field("folder")} optional {...CODE} />
          <SelectField label={t("copies.style")} hint={t("copies.styleHint")} field={field("style")} options={STYLES.map((one) => ({ value: one, label: t(`copies.styleOf.${one}`) }))} />
        </>
      )}
      {isSftp && (
        <>
          <TextField label={t("copies.path")} hint={t("copies.pathHint")} field={field("folder")} {...CODE} />
          <AreaField label={t("copies.hostKey")} hint={t("copies.hostKeyHint")} field={field("hostKey")} rows={3} {...CODE} />
          <SelectField label={t("copies.signIn")} hint={byKey && !ofSheet ? t("copies.signInHint") : undefined} field={field("signIn")} options={SIGN_INS.map((one) => ({ value: one, label: t(`copies.signInBy.${one}`) }))} />
        </>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label={t(words.user)} field={field("user")} {...CODE} />
        {!byKey && <PasswordField label={t(words.password)} hint={kept ? t(isSftp ? "copies.passwordKeptSftp" : "copies.passwordKept") : undefined} field={field("password")} optional={kept} autoComplete="off" />}
      </div>
      {byKey && ofSheet && <TextField label={t("copies.boxKey")} hint={t("copies.boxKeyHint")} field={field("password")} {...CODE} />}
      {!isSftp && <AreaField label={t("copies.authority")} hint={t("copies.authorityHint")} field={field("authority")} rows={3} optional {...CODE} />}
    </>
  );
}
