// Drops what is staged, once whoever asks has said so again.
import { useState } from "react";
import { useText } from "../../i18n";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/overlay";

export function Discard({ onDiscard }: { onDiscard: () => void }) {
  const { t } = useText();
  const [asks, setAsks] = useState(false);
  return (
    <>
      <Button onClick={() => setAsks(true)}>{t("admin.discard")}</Button>
      <Dialog
        open={asks}
        onClose={() => setAsks(false)}
        title={t("admin.discardTitle")}
        buttons={
          <>
            <Button onClick={() => setAsks(false)}>{t("ui.keep")}</Button>
            <Button
              kind="destructive-outline"
              onClick={() => {
                setAsks(false);
                onDiscard();
              }}
            >
              {t("admin.discardAll")}
            </Button>
          </>
        }
      >
        <p>{t("admin.discardText")}</p>
      </Dialog>
    </>
  );
}
