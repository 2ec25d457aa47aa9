//! Taking the answers of those who were asked for a hand.

use inventory::Id;
use store::StoreError;

use super::Power;
use crate::answer::{Answer, Via};
use crate::error::PowerError;
use crate::question::Question;
use crate::store::questions;

/// An answer that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// To what.
    pub question: Question,
    /// It was given before: nothing happened now.
    pub is_repeated: bool,
}

impl Power {
    /// Answers what is asked at a host, as an operator.
    ///
    /// # Errors
    /// [`PowerError::NoQuestion`], or the database's.
    pub async fn answer(&self, host: &Id, answer: Answer, by: &str) -> Result<Answered, PowerError> {
        let machine = self.machine(host).await?;
        let question = questions::open(self.inner.store.readers(), host).await?;
        let question = question.ok_or(PowerError::NoQuestion(machine.name))?;
        self.settle(question, answer, by).await
    }

    /// Answers by a link.
    ///
    /// # Errors
    /// [`PowerError::Forged`]; [`PowerError::Settled`] where its time is over, or another answer was given.
    pub async fn answer_by_link(
        &self,
        question: &Id,
        answer: Answer,
        via: Via,
        proof: &str,
        by: &str,
    ) -> Result<Answered, PowerError> {
        // Before anything is read: a stranger who tries links costs no look into the database.
        if !self.inner.key.holds(question, answer, via, proof) {
            return Err(PowerError::Forged);
        }
        let found = questions::get(self.inner.store.readers(), question).await?;
        let found =
            found.ok_or_else(|| PowerError::Settled("the question is not kept any more".to_owned()))?;
        self.settle(found, answer, by).await
    }

    /// The proof in the link by which a question is answered so.
    #[must_use]
    pub fn proof(&self, question: &Id, answer: Answer, via: Via) -> String {
        self.inner.key.prove(question, answer, via)
    }

    async fn settle(&self, question: Question, answer: Answer, by: &str) -> Result<Answered, PowerError> {
        let name = self.machine(&question.host).await?.name;
        let now = self.inner.clock.now();
        let is_late = now >= question.expires_at;
        let (id, end) = (question.id.clone(), if is_late { "expired" } else { answer.as_str() });
        let by = if is_late { "server".to_owned() } else { by.to_owned() };
        let write = self.inner.store.write(move |tx| {
            Box::pin(async move {
                let is_first = questions::end(tx, &question, &name, end, &by, now).await?;
                Ok::<_, StoreError>((is_first, questions::get(tx, &question.id).await?))
            })
        });
        let (is_first, question) = write.await?;
        let question = question.ok_or(PowerError::NoRequest(id))?;
        match question.answer.as_deref() {
            Some(given) if given == answer.as_str() => Ok(Answered { question, is_repeated: !is_first }),
            Some("expired") => Err(PowerError::Settled("the time for an answer is over".to_owned())),
            Some("withdrawn") => Err(PowerError::Settled("nobody waits for an answer any more".to_owned())),
            _ => Err(PowerError::Settled("another answer was given before".to_owned())),
        }
    }
}
