// What is staged, reviewed before it is tried; back to the published services.
import { DraftReview } from "../zones/review";
import { PUBLISH } from "./page";

export function PublishReviewPage() {
  return <DraftReview back={PUBLISH} title="admin.publish" />;
}
