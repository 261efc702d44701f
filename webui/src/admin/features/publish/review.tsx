// What is prepared, reviewed before it is tried; back to the published services.
import { PreparedReview } from "../zones/review";
import { PUBLISH } from "./page";

export function PublishReviewPage() {
  return <PreparedReview back={PUBLISH} title="admin.publish" />;
}
