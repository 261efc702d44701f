// The fields of where copies lie, for whoever adds a target and for whoever types a sheet by hand.
import { useText } from "../../../i18n";
import { AreaField, type Bound, PasswordField, SelectField, TextField } from "../../../ui/field";
import { KINDS, STYLES, type TypedPlace } from "./place";

interface Props {
  kind: string;
  field: (name: keyof TypedPlace) => Bound;
  /** There is a password already, which stays when none is typed. */
  kept: boolean;
}

const CODE = { autoComplete: "off", autoCapitalize: "none", spellCheck: false } as const;

export function PlaceFields({ kind, field, kept }: Props) {
  const { t } = useText();
  const isBucket = kind === "s3";
  return (
    <>
      <SelectField label={t("crm.copies.kind")} hint={t(isBucket ? "crm.copies.kindHint.s3" : "crm.copies.kindHint.rest")} field={field("kind")} options={KINDS.map((one) => ({ value: one, label: t(`crm.copies.kindOf.${one}`) }))} />
      <TextField label={t(isBucket ? "crm.copies.endpoint" : "crm.copies.address")} hint={t(isBucket ? "crm.copies.endpointHint" : "crm.copies.addressHint")} field={field("address")} inputMode="url" {...CODE} />
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
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label={t(isBucket ? "crm.copies.keyId" : "crm.copies.user")} field={field("user")} {...CODE} />
        <PasswordField label={t(isBucket ? "crm.copies.secret" : "crm.copies.password")} hint={kept ? t("crm.copies.passwordKept") : undefined} field={field("password")} optional={kept} autoComplete="off" />
      </div>
      <AreaField label={t("crm.copies.authority")} hint={t("crm.copies.authorityHint")} field={field("authority")} rows={3} optional {...CODE} />
    </>
  );
}
